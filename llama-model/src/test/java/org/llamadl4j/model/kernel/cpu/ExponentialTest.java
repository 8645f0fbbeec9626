package org.llamadl4j.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import org.junit.jupiter.api.Test;

class ExponentialTest {

    @Property(tries = 3000)
    void isWithinTwoUnitsInTheLastPlace(@ForAll @FloatRange(min = -87.33f, max = 88f) float x) {
        double expected = Math.exp(x);
        assertThat((double) exp(x)).isCloseTo(expected, within(2.0 * Math.ulp((float) expected)));
    }

    @Property(tries = 200)
    void isZeroWhereTheResultIsNoNormalNumber(@ForAll @FloatRange(min = -Float.MAX_VALUE, max = -87.34f) float x) {
        assertThat(exp(x)).isZero();
    }

    @Test
    void keepsItsLimits() {
        assertThat(exp(0f)).isOne();
        assertThat(exp(-0f)).isOne();
        assertThat(exp(Float.NEGATIVE_INFINITY)).isZero();
        assertThat(exp(1000f)).isEqualTo(exp(Exponential.HIGHEST)).isFinite();
        assertThat(exp(Float.NaN)).isNaN();
    }

    @Test
    void computesEachLaneByItself() {
        float[] x = new float[Lanes.COUNT];
        for (int i = 0; i < x.length; i++) {
            x[i] = i % 2 == 0 ? -200f : 0.5f * i;
        }
        float[] actual = new float[Lanes.COUNT];
        Exponential.exp(FloatVector.fromArray(Lanes.FLOATS, x, 0)).intoArray(actual, 0);
        for (int i = 0; i < x.length; i++) {
            assertThat(actual[i]).isEqualTo(exp(x[i]));
        }
    }

    private static float exp(float x) {
        float[] lanes = new float[Lanes.COUNT];
        Arrays.fill(lanes, x);
        return Exponential.exp(FloatVector.fromArray(Lanes.FLOATS, lanes, 0)).lane(0);
    }
}
