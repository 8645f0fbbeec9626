package org.llamadl4j.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class Bfloat16Test {

    @Property(tries = 200)
    void theNearestNumberIsTaken(@ForAll @Size(max = 70) int[] bits) {
        float[] values = new float[bits.length];
        for (int i = 0; i < bits.length; i++) {
            values[i] = Float.intBitsToFloat(bits[i]);
        }
        float[] rounded = rounded(values);
        for (int i = 0; i < values.length; i++) {
            if (Float.isFinite(values[i]) && Float.isFinite(rounded[i])) {
                assertThat(rounded[i]).isEqualTo(nearest(values[i]));
            }
        }
    }

    @Test
    void halfWayGoesToTheEvenNumber() {
        assertThat(rounded(1f + 0x1p-8f, 1f + 3 * 0x1p-8f, -1f - 0x1p-8f, 0x1p-126f + 0x1p-134f))
                .containsExactly(1f, 1f + 0x1p-6f, -1f, 0x1p-126f);
    }

    @Test
    void whatBfloat16HasStays() {
        float[] values = {0f, -0f, 1f, -0.5f, 0x1p127f, 0x1p-130f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        assertThat(rounded(values)).containsExactly(values);
        assertThat(rounded(Float.NaN, (float) (0.0 / 0.0))).containsOnly(Float.NaN);
    }

    @Test
    void pastTheLargestIsInfinite() {
        assertThat(rounded(Float.MAX_VALUE, -Float.MAX_VALUE))
                .containsExactly(Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);
    }

    @Property(tries = 50)
    void bothFormsHoldTheSameNumbers(@ForAll @Size(min = 1, max = 5000) float[] values) {
        try (Workers workers = new Workers(2)) {
            FloatMemory source = memory(values);
            Bfloat16Memory halves = Bfloat16Memory.allocate(values.length);
            Bfloat16.convert(workers, source, halves, values.length);
            float[] rounded = rounded(values);
            for (int i = 0; i < values.length; i++) {
                assertThat(Float.intBitsToFloat(halves.get(i) << 16)).isEqualTo(rounded[i]);
            }
        }
    }

    /** Of the two bfloat16 numbers around {@code value} the nearer, or the one with an even last bit. */
    private static float nearest(float value) {
        int bits = Float.floatToRawIntBits(value) & 0xffff0000;
        float towardsZero = Float.intBitsToFloat(bits);
        float away = Float.intBitsToFloat(bits + 0x10000);
        if (!Float.isFinite(away)) {
            return towardsZero;
        }
        BigDecimal exact = new BigDecimal(value);
        int closer = exact.subtract(new BigDecimal(towardsZero))
                .abs()
                .compareTo(new BigDecimal(away).subtract(exact).abs());
        boolean even = (bits & 0x10000) == 0;
        return closer < 0 || closer == 0 && even ? towardsZero : away;
    }

    private static float[] rounded(float... values) {
        try (Workers workers = new Workers(2)) {
            FloatMemory target = FloatMemory.allocate(values.length);
            Bfloat16.round(workers, memory(values), target, values.length);
            float[] rounded = new float[values.length];
            target.get(0, rounded, 0, rounded.length);
            return rounded;
        }
    }

    private static FloatMemory memory(float[] values) {
        FloatMemory memory = FloatMemory.allocate(values.length);
        memory.put(0, values, 0, values.length);
        return memory;
    }
}
