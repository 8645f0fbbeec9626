package org.llamadl4j.model.checkpoint;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.PickleUtils;
import net.razorvine.pickle.Unpickler;
import org.llamadl4j.model.error.UserError;

/**
 * Reads a pickled dict of tensors. The library would know more than {@link TorchGlobal}s, build something for a name that
 * it does not know, and allocate any length before it reads: {@link PickleScan} goes first, and names, states and keys
 * are dealt with here.
 */
final class TorchUnpickler extends Unpickler {

    private TorchUnpickler() {}

    /**
     * The tensors by their names.
     *
     * @param place where the pickle is, for messages
     * @throws UserError if it is anything but a dict of tensors
     */
    static Map<String, TorchTensor> read(String place, byte[] pickle) {
        PickleScan.check(place, pickle);
        ByteArrayInputStream input = new ByteArrayInputStream(pickle);
        Object root;
        try {
            root = new TorchUnpickler().load(input);
        } catch (PickleException e) {
            throw UserError.failed(
                    e, "%s, before byte %d: %s", place, pickle.length - input.available(), e.getMessage());
        } catch (IOException | RuntimeException e) {
            // The library meets a value that an opcode cannot take with whatever exception comes of it.
            throw UserError.failed(
                    e, "%s, before byte %d: the pickle is damaged", place, pickle.length - input.available());
        }
        if (!(root instanceof Map<?, ?> entries)) {
            throw UserError.failed("%s: it holds no dict; a model's file holds one of tensors", place);
        }
        Map<String, TorchTensor> tensors = new HashMap<>();
        entries.forEach((key, value) -> {
            if (!(value instanceof TorchTensor tensor)) {
                throw UserError.failed(
                        "%s: what it calls '%s' is no tensor; a model's file holds tensors alone", place, key);
            }
            tensors.put((String) key, tensor);
        });
        return tensors;
    }

    @Override
    protected Object dispatch(short opcode) throws IOException {
        switch (opcode) {
            case Opcodes.GLOBAL ->
                stack.add(TorchGlobal.find(PickleUtils.readline(input), PickleUtils.readline(input))
                        .orElseThrow());
            case Opcodes.BUILD -> ignoreState();
            case Opcodes.SETITEM -> {
                Object value = stack.pop();
                putAll(List.of(stack.pop(), value));
            }
            case Opcodes.SETITEMS -> putAll(stack.pop_all_since_marker());
            default -> {
                return super.dispatch(opcode);
            }
        }
        return NO_RETURN_VALUE;
    }

    /** The state of an OrderedDict: of state_dict(), the versions of modules. */
    private void ignoreState() {
        Object state = stack.pop();
        if (!(state instanceof Map<?, ?>) || !(stack.peek() instanceof Map<?, ?>)) {
            throw new PickleException("something other than a dict has a state");
        }
    }

    @SuppressWarnings("unchecked")
    private void putAll(List<Object> keysAndValues) {
        Map<Object, Object> map = (Map<Object, Object>) stack.peek();
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            Object key = keysAndValues.get(i);
            // The hash code of a collection may take forever to compute, and that of one in itself has no end.
            if (!(key instanceof String)) {
                throw new PickleException("a dict has a key that is no string");
            }
            if (map.put(key, keysAndValues.get(i + 1)) != null) {
                throw new PickleException("a dict has the key '%s' twice".formatted(key));
            }
        }
    }

    @Override
    protected Object persistentLoad(Object id) {
        return TorchStorage.of(id);
    }
}
