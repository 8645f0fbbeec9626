package org.llamadl4j.train.bench;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Float16;
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

    /** Weights of {@code type} between -1 and 1; rows are whole blocks. */
    Tensor weights(ElementType type, long rows, long columns) {
        if (type == ElementType.FLOAT32) {
            return uniform(rows, columns);
        }
        Tensor tensor = new Tensor(kernels.allocate(type, rows * columns), rows, columns);
        ElementType stored = type == ElementType.Q8_0_GROUPED ? ElementType.Q8_0 : type;
        ByteBuffer chunk = ByteBuffer.allocate((int) stored.bytes(CHUNK)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < CHUNK; i++) {
            float value = 2 * random.nextFloat() - 1;
            switch (stored) {
                case FLOAT16 -> chunk.putShort(Float16.of(value));
                case BFLOAT16 -> chunk.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
                case Q8_0 -> {
                    if (i % stored.blockLength() == 0) {
                        chunk.putShort(Float16.of(1f / Byte.MAX_VALUE));
                    }
                    chunk.put((byte) (value * Byte.MAX_VALUE));
                }
                default -> throw new IllegalArgumentException(type + " is no type of weights");
            }
        }
        for (long offset = 0; offset < tensor.size(); offset += CHUNK) {
            kernels.write(chunk.array(), 0, tensor.buffer(), offset, (int) Math.min(CHUNK, tensor.size() - offset));
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
