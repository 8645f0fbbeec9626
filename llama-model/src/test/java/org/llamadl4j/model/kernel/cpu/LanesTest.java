package org.llamadl4j.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class LanesTest {

    /** Many times, so that the first sums are interpreted and the last compiled. */
    @Test
    void sumsHalvesFirstInInterpretedAndCompiledCode() {
        Random random = new Random(1);
        float[] numbers = new float[Lanes.COUNT];
        for (int run = 0; run < 100_000; run++) {
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = random.nextFloat() - 0.5f;
            }
            assertThat(Lanes.sum(FloatVector.fromArray(Lanes.FLOATS, numbers, 0)))
                    .isEqualTo(sumOfHalves(numbers.clone()));
        }
    }

    private static float sumOfHalves(float[] numbers) {
        for (int half = numbers.length / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                numbers[i] += numbers[i + half];
            }
        }
        return numbers[0];
    }
}
