package org.llamadl4j.model.checkpoint;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;

/** What Hugging Face calls each parameter. */
final class HuggingFaceName {

    private static final Pattern LAYER = Pattern.compile("layers\\.(\\d+)\\.(.*)\\.weight");

    private static final Map<String, String> IN_LAYER = Map.of(
            "attention_norm", "input_layernorm.weight",
            "attention.wq", "self_attn.q_proj.weight",
            "attention.wk", "self_attn.k_proj.weight",
            "attention.wv", "self_attn.v_proj.weight",
            "attention.wo", "self_attn.o_proj.weight",
            "ffn_norm", "post_attention_layernorm.weight",
            "feed_forward.w1", "mlp.gate_proj.weight",
            "feed_forward.w2", "mlp.down_proj.weight",
            "feed_forward.w3", "mlp.up_proj.weight");

    private static final Map<String, String> OUTSIDE = Map.of(
            LlamaWeights.EMBEDDING, "model.embed_tokens.weight",
            LlamaWeights.NORM, "model.norm.weight",
            LlamaWeights.OUTPUT, "lm_head.weight");

    private HuggingFaceName() {}

    /** Hugging Face's name of the parameter that Meta calls {@code name}. */
    static String of(String name) {
        Matcher layer = LAYER.matcher(name);
        String prefix = layer.matches() ? "model.layers." + layer.group(1) + "." : "";
        String translated = layer.matches() ? IN_LAYER.get(layer.group(2)) : OUTSIDE.get(name);
        if (translated == null) {
            throw new IllegalArgumentException("no parameter is called " + name);
        }
        return prefix + translated;
    }

    /** Whether the rows of the parameter, by Meta's name, are in another order there: {@link RotaryOrder}. */
    static boolean isRotary(String name) {
        return name.endsWith(".attention.wq.weight") || name.endsWith(".attention.wk.weight");
    }

    /** Tensors that old folders hold and nobody reads, or that repeat another. */
    static boolean isRedundant(String hfName, LlamaConfig config) {
        return hfName.endsWith(".rotary_emb.inv_freq")
                || config.tiedEmbeddings() && hfName.equals(OUTSIDE.get(LlamaWeights.OUTPUT));
    }
}
