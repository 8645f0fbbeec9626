package org.llamadl4j.train.loop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.llamadl4j.train.config.TrainConfig;

class StepCalibrationTest {

    /** A step of two micro-batches takes 0.5 s. */
    private final StepCalibration calibration = new StepCalibration(0.2, 0.1, 1, 7);

    private final TrainConfig config =
            TrainConfig.defaults().with("batch.microBatchTokens", 1024).with("batch.batchTokens", 2048);

    @Test
    void stepsFillTheTimeThatEvaluationsAndSavingLeave() {
        assertThat(calibration.stepsIn(100, config))
                .as("(100 s - 3 %% - 7 s - 20 evaluations of 1 s) / 0.5 s")
                .isEqualTo(140);
    }

    @Test
    void evaluationsEverySoManyStepsArePartOfTheSteps() {
        assertThat(calibration.stepsIn(100, config.with("evaluation.every", 2)))
                .as("(100 s - 3 %% - 7 s) / (0.5 s + 0.5 s)")
                .isEqualTo(90);
    }

    @Test
    void thereIsAlwaysAStep() {
        assertThat(calibration.stepsIn(1, config)).isEqualTo(1);
    }
}
