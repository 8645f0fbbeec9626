package org.llamadl4j.model.kernel;

import java.util.Arrays;

/** A buffer with a shape, row-major and contiguous. */
public final class Tensor {

    private final Buffer buffer;
    private final long[] shape;

    public Tensor(Buffer buffer, long... shape) {
        this.buffer = buffer;
        this.shape = shape.clone();
        if (size() != buffer.length()) {
            throw new IllegalArgumentException("shape %s needs %d elements; the buffer has %d"
                    .formatted(Arrays.toString(shape), size(), buffer.length()));
        }
    }

    public Buffer buffer() {
        return buffer;
    }

    public long[] shape() {
        return shape.clone();
    }

    /** Number of elements. */
    public long size() {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    /** Product of all dimensions but the last; 1 for a scalar. */
    public int rows() {
        return Math.toIntExact(shape.length == 0 ? 1 : size() / columns());
    }

    /** The last dimension; 1 for a scalar. */
    public int columns() {
        return shape.length == 0 ? 1 : Math.toIntExact(shape[shape.length - 1]);
    }

    @Override
    public String toString() {
        return buffer.elementType() + Arrays.toString(shape);
    }
}
