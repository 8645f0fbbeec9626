package org.llamadl4j.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.llamadl4j.notebook.Llama.generate;
import static org.llamadl4j.notebook.Llama.prepare;
import static org.llamadl4j.notebook.Llama.preset;
import static org.llamadl4j.notebook.Llama.stories;
import static org.llamadl4j.notebook.Llama.trainTokenizer;
import static org.llamadl4j.notebook.Llama.training;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.text.TextCorpus;
import org.llamadl4j.notebook.display.Display;
import org.llamadl4j.train.data.TokenDataset;

class TrainingRunTest {

    private static final LlamaConfig SIZES = preset("260k").withLayers(1).withContextLength(32);

    private static TokenDataset data;

    @BeforeAll
    static void prepareStories() {
        TextCorpus text = stories(0.05);
        data = prepare(text, trainTokenizer(text, 320));
    }

    private static TrainingRun run(int steps) {
        return training(SIZES, data, "schedule.steps=" + steps, "batch.microBatchTokens=32", "batch.batchTokens=32");
    }

    @Test
    void learnsAndShowsItsCurve() {
        TrainingRun run = run(40);
        String before = generate(run.model(), "One", 5, 0).continuation();
        run.train();
        assertThat(run.result().orElseThrow().complete()).isTrue();
        assertThat(run.result().orElseThrow().loss()).isLessThan(Math.log(320));
        assertThat(generate(run.model(), "One", 5, 0).continuation()).isNotEqualTo(before);
        assertThat(run.data()).containsOnlyKeys(Display.PNG);
        assertThat(run.toString()).startsWith("step 40 of 40, loss ").contains("held out", "done in");
        assertThat(run.metrics().rows())
                .hasSize(20)
                .last()
                .extracting(List::size)
                .isEqualTo(7);
    }

    @Test
    void anInterruptEndsItAfterTheStepAndTheModelCanBeUsed() throws InterruptedException {
        TrainingRun run = run(1_000_000);
        Thread cell = new Thread(run::train);
        cell.start();
        while (!run.toString().startsWith("step")) {
            Thread.sleep(10);
        }
        cell.interrupt();
        cell.join();
        assertThat(run.result().orElseThrow().complete()).isFalse();
        assertThat(run.toString()).contains("stopped after");
        assertThat(generate(run.model(), "One", 5, 0.5).toString()).startsWith("One");
    }

    @Test
    void samplesAreTakenAtEvenDistances() {
        SamplesOnTheWay samples = new SamplesOnTheWay(run(1).model());
        samples.plan("One", 3);
        for (int step = 1; step <= 10; step++) {
            samples.stepped(new org.llamadl4j.train.loop.TrainingStep(step, 10, 1, 1, 1, 1, 1, 1));
        }
        assertThat(samples.table().rows()).extracting(row -> row.get(0)).containsExactly("4", "7", "10");
    }

    @Test
    void aRunIsTrainedOnce() {
        TrainingRun run = run(1);
        run.train();
        assertThatThrownBy(run::train).isInstanceOf(UserError.class).hasMessageContaining("this run is over");
    }

    @Test
    void anUnknownSettingIsNamed() {
        assertThatThrownBy(() -> training(SIZES, data, "schedule.stepz=3"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("schedule.stepz");
    }
}
