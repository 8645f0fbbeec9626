package org.llamadl4j.model.checkpoint;

import java.util.Arrays;
import java.util.Map;
import net.razorvine.pickle.PickleException;

/**
 * A contiguous view of a storage, row by row.
 *
 * @param offset the element of the storage that is its first
 */
record TorchTensor(TorchStorage storage, long offset, long[] shape) {

    /**
     * What {@code torch._utils._rebuild_tensor_v2} makes of {@code (storage, offset, shape, strides, requires_grad,
     * hooks)}, and of newer versions' {@code metadata} after these, if they are empty.
     *
     * @throws PickleException if it would be no contiguous part of its storage
     */
    static TorchTensor of(Object[] arguments) {
        if (arguments.length < 6
                || arguments.length > 7
                || !(arguments[0] instanceof TorchStorage storage)
                || !(arguments[2] instanceof Object[] sizes)
                || !(arguments[3] instanceof Object[] strides)
                || sizes.length != strides.length) {
            throw new PickleException("a tensor is not made of a storage, offset, shape and strides");
        }
        if (arguments.length == 7
                && arguments[6] != null
                && !(arguments[6] instanceof Map<?, ?> metadata && metadata.isEmpty())) {
            throw new PickleException("a tensor has metadata (is it negated or conjugated?), which is not supported");
        }
        long offset = wholeNumber(arguments[1]);
        long[] shape = Arrays.stream(sizes).mapToLong(TorchTensor::wholeNumber).toArray();
        long size = 1;
        try {
            for (int i = shape.length - 1; i >= 0; i--) {
                if (shape[i] != 1 && wholeNumber(strides[i]) != size) {
                    throw new PickleException(
                            "a tensor of shape %s has the strides %s; only rows that follow each other are read, as after .contiguous()"
                                    .formatted(Arrays.toString(shape), Arrays.toString(strides)));
                }
                size = Math.multiplyExact(size, shape[i]);
            }
            if (Math.addExact(offset, size) > storage.size()) {
                throw new PickleException(
                        "a tensor of shape %s from element %d on does not fit into its storage of %d elements"
                                .formatted(Arrays.toString(shape), offset, storage.size()));
            }
        } catch (ArithmeticException e) {
            throw new PickleException(
                    "a tensor has the shape %s, which no file can hold".formatted(Arrays.toString(shape)), e);
        }
        return new TorchTensor(storage, offset, shape);
    }

    /** A number from 0 that a pickle holds. */
    static long wholeNumber(Object value) {
        if ((value instanceof Integer || value instanceof Long) && ((Number) value).longValue() >= 0) {
            return ((Number) value).longValue();
        }
        throw new PickleException("there is no whole number from 0 where a size, offset or stride should be");
    }
}
