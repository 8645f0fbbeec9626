package org.llamadl4j.train.quickstart;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lombok.With;
import org.llamadl4j.model.kernel.Precision;
import org.llamadl4j.train.config.TrainConfig;

/**
 * How large everything is.
 *
 * @param trainingBytes of stories to learn from
 * @param heldOutStories to measure the loss on
 * @param vocabSize V of the tokenizer
 * @param settings keys of {@link TrainConfig} that differ from its defaults, as after {@code --set}
 * @param curveStories of the held-out stories measured on the way
 * @param samples texts to generate
 */
@With
public record Recipe(
        int trainingBytes,
        int heldOutStories,
        int vocabSize,
        Map<String, Object> settings,
        int curveStories,
        int samples) {

    private static final int BYTES_PER_MINUTE = 4_000_000;
    private static final int MOST_BYTES = 100_000_000;

    /** What two cores can learn in {@code minutes}. */
    public static Recipe forMinutes(double minutes, long seed, int threads, Precision precision) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("model.dim", 128);
        settings.put("model.layers", 3);
        settings.put("model.heads", 4);
        settings.put("model.hiddenDim", 352);
        settings.put("model.contextLength", 192);
        settings.put("optimizer.learningRate", 2.5e-3);
        settings.put("batch.microBatchTokens", 768);
        settings.put("batch.batchTokens", 768);
        settings.put("evaluation.tokens", 768);
        settings.put("schedule.minutes", minutes);
        settings.put("schedule.warmupShareAtMost", 0.04);
        if (seed != 1) {
            settings.put("seed", seed);
        }
        if (threads != 0) {
            settings.put("threads", threads);
        }
        if (precision != Precision.AUTO) {
            settings.put("precision", precision);
        }
        int bytes = (int) Math.min(MOST_BYTES, Math.max(1, minutes) * BYTES_PER_MINUTE);
        return new Recipe(bytes, 300, 1200, settings, 32, 20);
    }

    /** The configuration of the run. */
    public TrainConfig config() {
        return config("");
    }

    /** The same for a {@link org.llamadl4j.train.loop.Trainer} that is given a model. */
    TrainConfig configWithoutSizes() {
        return config("model.");
    }

    private TrainConfig config(String leftOut) {
        TrainConfig config = TrainConfig.defaults();
        for (Map.Entry<String, Object> setting : settings.entrySet()) {
            if (leftOut.isEmpty() || !setting.getKey().startsWith(leftOut)) {
                config = config.with(setting.getKey(), setting.getValue());
            }
        }
        return config;
    }

    /** The same as arguments of {@code llama train}. */
    List<String> arguments() {
        return settings.entrySet().stream()
                .map(setting -> "--set " + setting.getKey() + "=" + setting.getValue())
                .toList();
    }
}
