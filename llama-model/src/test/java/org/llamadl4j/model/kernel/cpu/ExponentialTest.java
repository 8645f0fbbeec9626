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
    void isWithinTwoUnitsInTheLastPlace(@ForAll @FloatRange(min = -126f, max = 75f) float y) {
        double expected = Math.pow(2, -y);
        assertThat((double) powerOfHalf(y)).isCloseTo(expected, within(2.0 * Math.ulp((float) expected)));
    }

    @Property(tries = 200)
    void isZeroForWhatIsNothingBesideOne(@ForAll @FloatRange(min = Exponential.ZERO_FROM) float y) {
        assertThat(powerOfHalf(y)).isZero();
    }

    @Property(tries = 200)
    void goesToZeroWithoutSubnormalNumbers(@ForAll @FloatRange(min = 75f, max = Exponential.ZERO_FROM) float y) {
        float power = powerOfHalf(y);
        assertThat((double) power).isCloseTo(Math.pow(2, -y), within(0x1p-98));
        assertThat(power == 0f || power >= Float.MIN_NORMAL).isTrue();
    }

    @Test
    void keepsItsLimits() {
        assertThat(powerOfHalf(0f)).isOne();
        assertThat(powerOfHalf(-0f)).isOne();
        assertThat(powerOfHalf(1f)).isEqualTo(0.5f);
        assertThat(powerOfHalf(-3f)).isEqualTo(8f);
        assertThat(powerOfHalf(Float.POSITIVE_INFINITY)).isZero();
    }

    @Test
    void computesEachLaneByItself() {
        float[] y = new float[Lanes.COUNT];
        for (int i = 0; i < y.length; i++) {
            y[i] = i % 2 == 0 ? 200f : 0.3f * i;
        }
        float[] actual = new float[Lanes.COUNT];
        Exponential.powerOfHalf(FloatVector.fromArray(Lanes.FLOATS, y, 0)).intoArray(actual, 0);
        for (int i = 0; i < y.length; i++) {
            assertThat(actual[i]).isEqualTo(powerOfHalf(y[i]));
        }
    }

    private static float powerOfHalf(float y) {
        float[] lanes = new float[Lanes.COUNT];
        Arrays.fill(lanes, y);
        return Exponential.powerOfHalf(FloatVector.fromArray(Lanes.FLOATS, lanes, 0))
                .lane(0);
    }
}
