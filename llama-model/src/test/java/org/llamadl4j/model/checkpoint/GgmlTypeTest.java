package org.llamadl4j.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.llamadl4j.model.kernel.Float16;

/** The decoders against {@link ReferenceBlocks}, and the encoders against what rounding to the nearest means. */
class GgmlTypeTest {

    private final Random random = new Random(7);

    private static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static short encodeOne(GgmlType type, float value) {
        byte[] bytes = new byte[2];
        FloatEncoder.encode(type, new float[] {value}, 1, buffer(bytes));
        return buffer(bytes).getShort();
    }

    private static float[] decode(GgmlType type, byte[] bytes, int length) {
        float[] values = new float[length];
        type.toFloats(buffer(bytes), values, length);
        return values;
    }

    @ParameterizedTest
    @EnumSource(names = {"Q4_0", "Q8_0", "Q4_K", "Q6_K"})
    void decodesBlocksAsTheFormatDefinesThem(GgmlType type) {
        int blocks = 40;
        int length = blocks * type.blockLength();
        int blockBytes = (int) type.bytes(type.blockLength());
        byte[] bytes = new byte[blocks * blockBytes];
        random.nextBytes(bytes);
        for (int block = 0; block < blocks; block++) {
            for (int at : ReferenceBlocks.scalesAt(type)) {
                // Finite and of either sign, normal and subnormal.
                buffer(bytes).putShort(block * blockBytes + at, (short) (random.nextInt() & 0xbfff));
            }
        }
        float[] decoded = decode(type, bytes, length);
        for (int i = 0; i < length; i++) {
            int block = i / type.blockLength();
            double expected = ReferenceBlocks.element(type, bytes, block * blockBytes, i % type.blockLength());
            double magnitude = ReferenceBlocks.magnitude(type, bytes, block * blockBytes, i % type.blockLength());
            assertThat((double) decoded[i])
                    .as("%s, element %d", type, i)
                    .isCloseTo(expected, within(magnitude * 0x1p-22));
        }
    }

    @Test
    void everyFloat16ComesBack() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = Float16.toFloat((short) bits);
            int exponent = bits >> 10 & 31;
            if (exponent == 31) {
                assertThat(Float.isFinite(value)).isFalse();
                assertThat(Float.isNaN(value)).isEqualTo((bits & 1023) != 0);
                continue;
            }
            double magnitude = exponent == 0
                    ? (bits & 1023) * Math.pow(2, -24)
                    : (1024 + (bits & 1023)) * Math.pow(2, exponent - 25);
            assertThat((double) value).isEqualTo(bits >= 1 << 15 ? -magnitude : magnitude);
            assertThat(Float16.of(value)).isEqualTo((short) bits);
        }
        assertThat(Float16.of(Float.POSITIVE_INFINITY)).isEqualTo((short) 0x7c00);
        assertThat(Float16.toFloat(Float16.of(Float.NaN))).isNaN();
    }

    @Test
    void betweenTwoFloat16TheNearerIsTakenAndTheEvenOneInTheMiddle() {
        for (int bits = 0; bits < 0x7bff; bits++) {
            float low = Float16.toFloat((short) bits);
            float middle = (low + Float16.toFloat((short) (bits + 1))) / 2;
            assertThat(Float16.of(middle)).isEqualTo((short) (bits + (bits & 1)));
            assertThat(Float16.of(Math.nextDown(middle))).isEqualTo((short) bits);
            assertThat(Float16.of(-Math.nextUp(middle))).isEqualTo((short) (bits + 1 | 0x8000));
        }
        assertThat(Float16.of(65519.996f)).isEqualTo((short) 0x7bff);
        assertThat(Float16.of(65520)).isEqualTo((short) 0x7c00);
    }

    @Test
    void bfloat16IsTheNearestAndTheEvenOneInTheMiddle() {
        for (int bits = 0; bits < 0x7f7f; bits += 3) {
            int middle = bits << 16 | 0x8000;
            assertThat(encodeOne(GgmlType.BF16, Float.intBitsToFloat(bits << 16)))
                    .isEqualTo((short) bits);
            assertThat(encodeOne(GgmlType.BF16, Float.intBitsToFloat(middle))).isEqualTo((short) (bits + (bits & 1)));
            assertThat(encodeOne(GgmlType.BF16, Float.intBitsToFloat(middle - 1)))
                    .isEqualTo((short) bits);
            assertThat(encodeOne(GgmlType.BF16, Float.intBitsToFloat(middle + 1)))
                    .isEqualTo((short) (bits + 1));
        }
    }

    @Test
    void q8IsNoFurtherThanHalfAStepAndTheRoundingOfItsScale() {
        float[] values = new float[3200];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * Math.pow(10, i / 32 % 9 - 4));
        }
        byte[] bytes = new byte[(int) GgmlType.Q8_0.bytes(values.length)];
        FloatEncoder.encode(GgmlType.Q8_0, values, values.length, buffer(bytes));
        float[] decoded = decode(GgmlType.Q8_0, bytes, values.length);
        for (int block = 0; block < values.length; block += 32) {
            double largest = 0;
            for (int i = block; i < block + 32; i++) {
                largest = Math.max(largest, Math.abs(values[i]));
            }
            double step = largest / 127;
            // A scale of binary16 has 11 bits, or a last bit of 2⁻²⁴, and is multiplied by 127 at most.
            double scaleError = Math.max(step * 0x1p-11, 0x1p-25) * 127;
            for (int i = block; i < block + 32; i++) {
                assertThat((double) decoded[i]).isCloseTo(values[i], within(step * 0.500001 + scaleError));
            }
        }
    }

    @Test
    void q8OfZerosIsZerosAndWholeNumbersAreExact() {
        float[] values = new float[64];
        for (int i = 32; i < 64; i++) {
            values[i] = 127 - 8 * (i - 32);
        }
        byte[] bytes = new byte[68];
        FloatEncoder.encode(GgmlType.Q8_0, values, 64, buffer(bytes));
        assertThat(decode(GgmlType.Q8_0, bytes, 64)).isEqualTo(values);
    }
}
