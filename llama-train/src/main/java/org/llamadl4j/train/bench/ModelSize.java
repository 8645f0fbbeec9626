package org.llamadl4j.train.bench;

import java.util.Locale;
import java.util.Map;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;

/**
 * A model and how many tokens it computes together.
 *
 * @param model its sizes; the context is at least {@code time}
 * @param batch B
 * @param time T
 */
public record ModelSize(LlamaConfig model, int batch, int time) {

    /** B and T that suit a machine that a preset of these is for. */
    private static final Map<String, int[]> USUAL = Map.of(
            "260k", new int[] {16, 256},
            "1m", new int[] {16, 256},
            "15m", new int[] {8, 256},
            "42m", new int[] {2, 1024},
            "110m", new int[] {2, 1024});

    public ModelSize {
        if (batch < 1 || time < 1) {
            throw UserError.usage("a batch of %d sequences of %d tokens: both must be at least 1", batch, time);
        }
        if ((long) batch * time > Integer.MAX_VALUE) {
            throw UserError.usage("%d sequences of %d tokens are too many to be computed together", batch, time);
        }
        model = model.withContextLength(Math.max(time, model.contextLength()));
    }

    /**
     * A preset of {@link LlamaConfig}.
     *
     * @param batch null for what suits the preset
     * @param time the same
     * @param vocabSize null for the preset's
     */
    public static ModelSize of(String preset, Integer batch, Integer time, Integer vocabSize) {
        LlamaConfig model = LlamaConfig.preset(preset);
        int[] usual = USUAL.getOrDefault(preset.toLowerCase(Locale.ROOT), new int[] {1, model.contextLength()});
        return new ModelSize(
                vocabSize == null ? model : model.withVocabSize(vocabSize),
                batch == null ? usual[0] : batch,
                time == null ? usual[1] : time);
    }

    /** N, the tokens computed together. */
    int rows() {
        return batch * time;
    }
}
