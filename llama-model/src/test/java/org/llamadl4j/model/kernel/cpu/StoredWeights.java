package org.llamadl4j.model.kernel.cpu;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;

/**
 * A random matrix as a file would store it, and what its bytes mean by the definition of the type, in float64.
 *
 * @param rows O
 * @param columns I
 * @param bytes little-endian, of Q8_0_GROUPED those of Q8_0
 * @param values (O,I)
 */
record StoredWeights(ElementType type, int rows, int columns, byte[] bytes, double[] values) {

    private static final int Q8_BLOCK = 32;

    static StoredWeights random(ElementType type, int rows, int columns, Random random) {
        ElementType stored = type == ElementType.Q8_0_GROUPED ? ElementType.Q8_0 : type;
        ByteBuffer bytes =
                ByteBuffer.allocate((int) stored.bytes((long) rows * columns)).order(ByteOrder.LITTLE_ENDIAN);
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            switch (stored) {
                case FLOAT32 -> {
                    float value = (float) random.nextGaussian();
                    bytes.putFloat(value);
                    values[i] = value;
                }
                case FLOAT16 -> {
                    short bits = finiteHalf(random, i / columns % 3 == 0);
                    bytes.putShort(bits);
                    values[i] = half(bits);
                }
                case BFLOAT16 -> {
                    // 2⁻³⁰ to 2³⁰, either sign
                    int exponent = 97 + random.nextInt(61);
                    int bits = random.nextInt(2) << 15 | exponent << 7 | random.nextInt(128);
                    bytes.putShort((short) bits);
                    values[i] = (bits >> 15 == 0 ? 1 : -1) * (1 + bits % 128 / 128.0) * Math.pow(2, exponent - 127);
                }
                case Q8_0 -> {
                    if (i % Q8_BLOCK == 0) {
                        bytes.putShort(finiteHalf(random, i / columns % 3 == 0));
                    }
                    double scale = half(bytes.getShort(i / Q8_BLOCK * 34));
                    byte quant = (byte) random.nextInt();
                    bytes.put(quant);
                    values[i] = scale * quant;
                }
                default -> throw new IllegalArgumentException(type + " is no type of weights");
            }
        }
        return new StoredWeights(type, rows, columns, bytes.array(), values);
    }

    private static short finiteHalf(Random random, boolean subnormal) {
        int exponent = subnormal ? 0 : random.nextInt(31);
        return (short) (random.nextInt(2) << 15 | exponent << 10 | random.nextInt(1024));
    }

    /** IEEE 754 binary16, as the standard defines it. */
    private static double half(short bits) {
        int exponent = bits >> 10 & 31;
        double fraction = (bits & 1023) / 1024.0;
        double magnitude = exponent == 0 ? fraction * Math.pow(2, -14) : (1 + fraction) * Math.pow(2, exponent - 15);
        return bits < 0 ? -magnitude : magnitude;
    }

    /** In memory of {@code kernels}. */
    Tensor tensor(Kernels kernels) {
        Tensor tensor = new Tensor(kernels.allocate(type, values.length), rows, columns);
        if (type == ElementType.FLOAT32) {
            float[] floats = new float[values.length];
            ByteBuffer.wrap(bytes)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(floats);
            kernels.write(floats, 0, tensor.buffer(), 0, floats.length);
        } else {
            kernels.write(bytes, 0, tensor.buffer(), 0, values.length);
        }
        return tensor;
    }
}
