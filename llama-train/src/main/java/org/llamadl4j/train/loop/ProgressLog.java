package org.llamadl4j.train.loop;

import java.nio.file.Path;
import java.time.Duration;
import lombok.RequiredArgsConstructor;
import lombok.extern.slf4j.Slf4j;
import org.bytedeco.javacpp.Pointer;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.train.config.TrainConfig;

/** One line to the log every so many steps, and one an evaluation and a checkpoint. */
@Slf4j
@RequiredArgsConstructor
final class ProgressLog implements TrainingListener {

    private static final int LINES_PER_RUN = 100;

    private int every;
    private int firstStep;
    private long started;

    private int steps;
    private double loss;
    private double tokens;
    private double flops;
    private double seconds;

    @Override
    public void started(LlamaConfig model, TrainConfig config, int step, int total) {
        every = config.progressEvery() == null ? Math.max(1, total / LINES_PER_RUN) : config.progressEvery();
        firstStep = step;
        started = System.nanoTime();
        clear();
    }

    @Override
    public void stepped(TrainingStep step) {
        steps++;
        loss += step.loss();
        tokens += step.tokens();
        flops += step.flops();
        seconds += step.seconds();
        if (step.step() % every == 0 || step.step() == step.steps() || step.step() == firstStep + 1) {
            print(step);
            clear();
        }
    }

    @Override
    public void evaluated(Evaluation evaluation) {
        log.info(
                "step {}: held out {} nats/token, {} nats/byte ({} tokens)",
                evaluation.step(),
                "%.4f".formatted(evaluation.natsPerToken()),
                "%.4f".formatted(evaluation.natsPerByte()),
                "%,d".formatted(evaluation.tokens()));
    }

    @Override
    public void checkpointed(Path folder) {
        log.info("saved {}", folder);
    }

    private void print(TrainingStep step) {
        double secondsPerStep = (System.nanoTime() - started) * 1e-9 / (step.step() - firstStep);
        log.info("step %d/%d  loss %.4f  lr %.2e  norm %.2f  %,.0f tokens/s  %,.1f GFLOP/s  %.1f GB  %s left"
                .formatted(
                        step.step(),
                        step.steps(),
                        loss / steps,
                        step.learningRate(),
                        step.gradientNorm(),
                        tokens / seconds,
                        flops / seconds * 1e-9,
                        Pointer.physicalBytes() * 1e-9,
                        clock(secondsPerStep * (step.steps() - step.step()))));
    }

    private void clear() {
        steps = 0;
        loss = 0;
        tokens = 0;
        flops = 0;
        seconds = 0;
    }

    private static String clock(double seconds) {
        Duration left = Duration.ofSeconds(Math.round(seconds));
        return left.toHours() == 0
                ? "%d:%02d".formatted(left.toMinutes(), left.toSecondsPart())
                : "%d:%02d:%02d".formatted(left.toHours(), left.toMinutesPart(), left.toSecondsPart());
    }
}
