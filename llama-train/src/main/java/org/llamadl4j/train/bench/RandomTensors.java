package org.llamadl4j.train.bench;

import java.util.Arrays;
import java.util.Random;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;

/** Tensors with something in them: zeros may be faster than what models compute with, subnormal numbers slower. */
@RequiredArgsConstructor
final class RandomTensors {

    private static final int CHUNK = 1 << 16;

    private final Kernels kernels;
    private final Random random = new Random(1);

    /** Zeroed float32. */
    Tensor zeros(long... shape) {
        long size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        return new Tensor(kernels.allocate(ElementType.FLOAT32, size), shape);
    }

    /** Float32 between -1 and 1. */
    Tensor uniform(long... shape) {
        Tensor tensor = zeros(shape);
        float[] chunk = new float[CHUNK];
        for (int i = 0; i < CHUNK; i++) {
            chunk[i] = 2 * random.nextFloat() - 1;
        }
        for (long offset = 0; offset < tensor.size(); offset += CHUNK) {
            kernels.write(chunk, 0, tensor.buffer(), offset, (int) Math.min(CHUNK, tensor.size() - offset));
        }
        return tensor;
    }

    /** {@code count} int32 from 0 to {@code bound} - 1. */
    Tensor integers(int count, int bound) {
        Tensor tensor = new Tensor(kernels.allocate(ElementType.INT32, count), count);
        kernels.write(random.ints(count, 0, bound).toArray(), 0, tensor.buffer(), 0, count);
        return tensor;
    }
}
