package org.llamadl4j.model.kernel.cpu;

import org.llamadl4j.model.kernel.Tensor;

/** What a kernel expects of its arguments; anything else is an IllegalArgumentException that names the argument. */
final class Expect {

    private Expect() {}

    static void matrix(String name, Tensor tensor, int rows, int columns) {
        if (tensor.columns() != columns || tensor.size() != (long) rows * columns) {
            throw new IllegalArgumentException("%s must be (%d, %d), not %s".formatted(name, rows, columns, tensor));
        }
    }

    static void size(String name, Tensor tensor, long size) {
        if (tensor.size() != size) {
            throw new IllegalArgumentException("%s must have %d elements, not %s".formatted(name, size, tensor));
        }
    }

    static void that(boolean condition, String message, Object... arguments) {
        if (!condition) {
            throw new IllegalArgumentException(message.formatted(arguments));
        }
    }
}
