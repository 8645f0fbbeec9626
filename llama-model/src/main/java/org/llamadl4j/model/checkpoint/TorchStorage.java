package org.llamadl4j.model.checkpoint;

import java.util.regex.Pattern;
import net.razorvine.pickle.PickleException;

/**
 * A one-dimensional array that tensors are views of, in an entry of its own.
 *
 * @param key its entry is {@code data/<key>}
 * @param size number of elements
 */
record TorchStorage(String key, ElementFormat format, long size) {

    private static final Pattern KEY = Pattern.compile("[0-9]{1,9}");

    /**
     * The storage that a persistent id means: {@code ("storage", class, key, device, size)}.
     *
     * @throws PickleException if it is another id
     */
    static TorchStorage of(Object id) {
        if (!(id instanceof Object[] parts) || parts.length != 5 || !"storage".equals(parts[0])) {
            throw new PickleException("a persistent id is not that of a storage");
        }
        if (!(parts[1] instanceof TorchGlobal type)
                || !(parts[2] instanceof String key)
                || !KEY.matcher(key).matches()) {
            throw new PickleException("the id of a storage has no class, or no number for its key");
        }
        return new TorchStorage(key, type.format(), TorchTensor.wholeNumber(parts[4]));
    }

    /** The entry that holds it. */
    String entry() {
        return "data/" + key;
    }
}
