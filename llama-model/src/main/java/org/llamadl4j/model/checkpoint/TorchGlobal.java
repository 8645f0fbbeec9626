package org.llamadl4j.model.checkpoint;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.stream.Collectors;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.PickleException;

/** All that a pickle may name of Python's classes and functions. None of them is run: each stands for a value here. */
enum TorchGlobal implements IObjectConstructor {
    ORDERED_DICT("collections", "OrderedDict"),
    REBUILD_TENSOR("torch._utils", "_rebuild_tensor_v2"),
    FLOAT_STORAGE("torch", "FloatStorage"),
    HALF_STORAGE("torch", "HalfStorage"),
    BFLOAT16_STORAGE("torch", "BFloat16Storage");

    private final String module;
    private final String name;

    TorchGlobal(String module, String name) {
        this.module = module;
        this.name = name;
    }

    static Optional<TorchGlobal> find(String module, String name) {
        return Arrays.stream(values())
                .filter(global -> global.module.equals(module) && global.name.equals(name))
                .findFirst();
    }

    /** All of them, for messages. */
    static String names() {
        return Arrays.stream(values())
                .map(global -> global.module + "." + global.name)
                .collect(Collectors.joining(", "));
    }

    /** What a pickle gets that calls it. */
    @Override
    public Object construct(Object[] arguments) {
        return switch (this) {
            case ORDERED_DICT -> {
                if (arguments.length != 0) {
                    throw new PickleException("an OrderedDict begins with entries; torch.save adds them later");
                }
                yield new LinkedHashMap<>();
            }
            case REBUILD_TENSOR -> TorchTensor.of(arguments);
            default -> throw new PickleException("the class of a storage is called like a function");
        };
    }

    /** How storages of this class hold elements. */
    ElementFormat format() {
        return switch (this) {
            case FLOAT_STORAGE -> ElementFormat.F32;
            case HALF_STORAGE -> ElementFormat.F16;
            case BFLOAT16_STORAGE -> ElementFormat.BF16;
            default -> throw new PickleException(module + "." + name + " is no class of storages");
        };
    }
}
