package org.llamadl4j.notebook;

import java.util.ArrayList;
import java.util.List;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.generate.GenerationOptions;
import org.llamadl4j.model.generate.Generator;
import org.llamadl4j.notebook.display.Table;
import org.llamadl4j.train.loop.TrainingListener;
import org.llamadl4j.train.loop.TrainingStep;

/** What a model makes of one prompt as it learns. */
@RequiredArgsConstructor
final class SamplesOnTheWay implements TrainingListener {

    private static final GenerationOptions OPTIONS =
            GenerationOptions.builder().maxNewTokens(40).temperature(0.5).build();

    private record Sample(TrainingStep step, String text) {}

    private final LlamaModel model;
    private final List<Sample> samples = new ArrayList<>();
    private String prompt;
    private int times;

    void plan(String wanted, int count) {
        prompt = wanted;
        times = count;
    }

    @Override
    public void stepped(TrainingStep step) {
        // Sample i of n is due when i/n of the steps are done.
        if (times > 0 && (long) step.step() * times / step.steps() > (step.step() - 1L) * times / step.steps()) {
            samples.add(new Sample(step, prompt + new Generator(model).complete(prompt, OPTIONS)));
        }
    }

    boolean isEmpty() {
        return samples.isEmpty();
    }

    Table table() {
        Table table = Table.of("step", "loss", "the model writes");
        for (Sample sample : samples) {
            table = table.row(
                    sample.step().step(), "%.2f".formatted(sample.step().loss()), sample.text());
        }
        return table;
    }
}
