package org.llamadl4j.model.checkpoint;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.llamadl4j.model.graph.LlamaWeights;

/** What a GGUF file calls each parameter. */
final class GgufName {

    static final String EMBEDDING = "token_embd.weight";
    static final String OUTPUT = "output.weight";

    /** What rotary frequencies are divided by, as Llama 3.1 has it. */
    static final String ROPE_FACTORS = "rope_freqs.weight";

    private static final Pattern LAYER = Pattern.compile("layers\\.(\\d+)\\.(.*)\\.weight");

    private static final Map<String, String> IN_LAYER = Map.of(
            "attention_norm", "attn_norm.weight",
            "attention.wq", "attn_q.weight",
            "attention.wk", "attn_k.weight",
            "attention.wv", "attn_v.weight",
            "attention.wo", "attn_output.weight",
            "ffn_norm", "ffn_norm.weight",
            "feed_forward.w1", "ffn_gate.weight",
            "feed_forward.w2", "ffn_down.weight",
            "feed_forward.w3", "ffn_up.weight");

    private static final Map<String, String> OUTSIDE = Map.of(
            LlamaWeights.EMBEDDING, EMBEDDING,
            LlamaWeights.NORM, "output_norm.weight",
            LlamaWeights.OUTPUT, OUTPUT);

    private GgufName() {}

    /** The GGUF name of the parameter that Meta calls {@code name}. */
    static String of(String name) {
        Matcher layer = LAYER.matcher(name);
        String prefix = layer.matches() ? "blk." + layer.group(1) + "." : "";
        String translated = layer.matches() ? IN_LAYER.get(layer.group(2)) : OUTSIDE.get(name);
        if (translated == null) {
            throw new IllegalArgumentException("no parameter is called " + name);
        }
        return prefix + translated;
    }

    /** Tensors that old files hold and nobody reads. */
    static boolean isRedundant(String ggufName) {
        return ggufName.endsWith(".attn_rot_embd");
    }
}
