package org.llamadl4j.train.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CosineScheduleTest {

    private final CosineSchedule schedule = new CosineSchedule(3e-4, 2000, 100_000, 0.1);

    @Test
    void warmUpRisesInALineToTheMaximum() {
        assertThat(schedule.at(1)).isEqualTo(3e-4 / 2000, within(1e-18));
        assertThat(schedule.at(500)).isEqualTo(0.75e-4, within(1e-18));
        assertThat(schedule.at(2000)).isEqualTo(3e-4);
    }

    @Test
    void cosineFallsToTheFinalShare() {
        assertThat(schedule.at(2000 + 49_000)).as("half way").isEqualTo(0.55 * 3e-4, within(1e-18));
        assertThat(schedule.at(100_000)).isEqualTo(3e-5, within(1e-18));
    }

    @Test
    void withoutWarmUpTheFirstStepIsAlreadyOnTheCosine() {
        assertThat(new CosineSchedule(1, 0, 2, 0).at(1)).isEqualTo(0.5, within(1e-15));
        assertThat(new CosineSchedule(1, 0, 1, 0.1).at(1)).isEqualTo(0.1, within(1e-15));
    }

    @Test
    void warmUpMayTakeTheWholeRun() {
        assertThat(new CosineSchedule(1, 4, 4, 0.1).at(4)).isEqualTo(1);
    }

    @Property
    void isNeverAboveTheMaximumAndNeverRisesAfterWarmUp(
            @ForAll @IntRange(min = 0, max = 50) int warmup, @ForAll @IntRange(min = 51, max = 300) int steps) {
        CosineSchedule any = new CosineSchedule(1, warmup, steps, 0.1);

        for (int step = 1; step <= steps; step++) {
            assertThat(any.at(step)).isPositive().isLessThanOrEqualTo(1);
            if (step > warmup + 1) {
                assertThat(any.at(step)).isLessThan(any.at(step - 1));
            }
        }
    }
}
