package org.llamadl4j.model.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The named sizes, smallest first: table 2 of the paper, and models that one machine can train. */
final class Preset {

    static final Map<String, LlamaConfig> ALL = all();

    private Preset() {}

    private static Map<String, LlamaConfig> all() {
        Map<String, LlamaConfig> presets = new LinkedHashMap<>();
        presets.put("260k", small(64, 5, 8, 4, 172, 512).withVocabSize(512));
        presets.put("1m", small(128, 5, 8, 4, 344, 512).withVocabSize(1024));
        presets.put("15m", small(288, 6, 6, 6, 768, 512));
        presets.put("42m", small(512, 8, 8, 8, 1376, 1024));
        presets.put("110m", small(768, 12, 12, 12, 2048, 1024));
        presets.put("1.1b", small(2048, 22, 32, 4, 5632, 2048));
        presets.put("7b", paper(4096, 32, 32, 11008));
        presets.put("13b", paper(5120, 40, 40, 13824));
        presets.put("33b", paper(6656, 60, 52, 17920));
        presets.put("65b", paper(8192, 80, 64, 22016));
        return Collections.unmodifiableMap(presets);
    }

    private static LlamaConfig small(int dim, int layers, int heads, int kvHeads, int hiddenDim, int contextLength) {
        return new LlamaConfig(
                dim, layers, heads, kvHeads, 0, hiddenDim, 32000, contextLength, 1e-5, 10000, RopeScaling.NONE, false);
    }

    private static LlamaConfig paper(int dim, int layers, int heads, int hiddenDim) {
        return new LlamaConfig(
                dim, layers, heads, heads, 0, hiddenDim, 32000, 2048, 1e-5, 10000, RopeScaling.NONE, false);
    }
}
