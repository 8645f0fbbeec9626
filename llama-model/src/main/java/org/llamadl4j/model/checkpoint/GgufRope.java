package org.llamadl4j.model.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.config.RopeScaling;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.kernel.RotaryPairs;

/**
 * How rotary frequencies are scaled, as a GGUF file says it: one factor in the metadata, or for Llama 3.1 the tensor
 * {@code rope_freqs.weight} (K/2) of numbers that the frequencies are divided by.
 */
final class GgufRope {

    private static final String SCALING_TYPE = "llama.rope.scaling.type";
    private static final String FACTOR = "llama.rope.scaling.factor";
    private static final String OLD_FACTOR = "llama.rope.scale_linear";
    private static final String ATTENTION_FACTOR = "llama.rope.scaling.attn_factor";
    private static final String ORIGINAL_CONTEXT = "llama.rope.scaling.original_context_length";

    /** {@link RopeScaling#text} of what the tensor was made from; other programs ignore it. */
    private static final String SCALING = "llamadl4j.rope_scaling";

    /** Turns and context of every published Llama from 3.1 on. */
    private static final double LOW_FREQ_FACTOR = 1;

    private static final double HIGH_FREQ_FACTOR = 4;
    private static final int ORIGINAL_CONTEXT_LENGTH = 8192;

    /** Converters compute the divisors in float32. */
    private static final double TOLERANCE = 1e-5;

    private GgufRope() {}

    /**
     * The scaling that a file describes.
     *
     * @param config of the file, without scaling
     * @param divisors the elements of {@code rope_freqs.weight}, of which there are K/2; empty without it
     * @throws UserError if it is of an unknown kind
     */
    static RopeScaling read(GgufMetadata metadata, LlamaConfig config, Optional<float[]> divisors) {
        RopeScaling ofMetadata = ofMetadata(metadata);
        if (divisors.isEmpty()) {
            return ofMetadata;
        }
        if (!ofMetadata.equals(RopeScaling.NONE)) {
            throw metadata.wrong(FACTOR, metadata.values().get(FACTOR), "1 beside " + GgufName.ROPE_FACTORS);
        }
        return ofDivisors(metadata, config, divisors.get());
    }

    private static RopeScaling ofMetadata(GgufMetadata metadata) {
        if (metadata.decimal(ATTENTION_FACTOR, 1) != 1) {
            throw metadata.wrong(ATTENTION_FACTOR, metadata.values().get(ATTENTION_FACTOR), "1");
        }
        String type = metadata.text(SCALING_TYPE, "linear");
        if (type.equals("none")) {
            return RopeScaling.NONE;
        }
        if (!type.equals("linear")) {
            throw metadata.wrong(SCALING_TYPE, type, "none or linear; other rotary frequencies are not supported");
        }
        String key = metadata.has(FACTOR) ? FACTOR : OLD_FACTOR;
        double factor = metadata.decimal(key, 1);
        // 0 stands for an absent factor.
        if (factor == 1 || factor == 0) {
            return RopeScaling.NONE;
        }
        try {
            return new RopeScaling.Linear(factor);
        } catch (UserError e) {
            throw metadata.wrong(key, factor, "positive");
        }
    }

    private static RopeScaling ofDivisors(GgufMetadata metadata, LlamaConfig config, float[] divisors) {
        return candidates(metadata, divisors[divisors.length - 1]).stream()
                .filter(scaling -> isNear(divisors, divisors(config.withRopeScaling(scaling))))
                .findFirst()
                .orElseThrow(() -> UserError.failed(
                        "%s: tensor '%s' scales the rotary frequencies otherwise than Llama 3.1 does with %s and %s turns"
                                + " in %d positions; that is not supported",
                        metadata.file(),
                        GgufName.ROPE_FACTORS,
                        LOW_FREQ_FACTOR,
                        HIGH_FREQ_FACTOR,
                        metadata.integer(ORIGINAL_CONTEXT, 1, ORIGINAL_CONTEXT_LENGTH)));
    }

    /** What may have made divisors that end in {@code last}: that of the lowest frequency is the factor. */
    private static List<RopeScaling> candidates(GgufMetadata metadata, float last) {
        List<RopeScaling> candidates = new ArrayList<>();
        if (metadata.has(SCALING)) {
            String text = metadata.text(SCALING);
            try {
                candidates.add(RopeScaling.parse(text));
            } catch (UserError e) {
                throw metadata.wrong(SCALING, text, "a way of scaling, such as llama3:8:1:4:8192");
            }
        }
        candidates.add(RopeScaling.NONE);
        if (last > 0 && last < Float.POSITIVE_INFINITY) {
            candidates.add(new RopeScaling.Llama3(
                    Double.parseDouble(Float.toString(last)),
                    LOW_FREQ_FACTOR,
                    HIGH_FREQ_FACTOR,
                    metadata.integer(ORIGINAL_CONTEXT, 1, ORIGINAL_CONTEXT_LENGTH)));
        }
        return candidates;
    }

    private static boolean isNear(float[] divisors, float[] expected) {
        for (int i = 0; i < divisors.length; i++) {
            if (!(Math.abs(divisors[i] - expected[i]) <= TOLERANCE * expected[i])) {
                return false;
            }
        }
        return true;
    }

    /** Adds the scaling of {@code config} to {@code metadata}; what they cannot say is in {@link #tensor}. */
    static void write(LlamaConfig config, Map<String, Object> metadata) {
        if (config.ropeScaling() instanceof RopeScaling.Linear linear) {
            metadata.put(SCALING_TYPE, "linear");
            metadata.put(FACTOR, (float) linear.factor());
        } else if (config.ropeScaling() instanceof RopeScaling.Llama3 llama3) {
            metadata.put(SCALING, llama3.text());
        }
    }

    /** The elements of {@code rope_freqs.weight}, where a model needs it. */
    static Optional<float[]> tensor(LlamaConfig config) {
        return config.ropeScaling() instanceof RopeScaling.Llama3 ? Optional.of(divisors(config)) : Optional.empty();
    }

    /** (K/2) what the scaling of {@code config} divides each frequency by. */
    private static float[] divisors(LlamaConfig config) {
        double[] unscaled = config.withRopeScaling(RopeScaling.NONE)
                .rotary(RotaryPairs.ADJACENT)
                .frequencies();
        float[] divisors = new float[unscaled.length];
        for (int i = 0; i < divisors.length; i++) {
            divisors[i] = (float) (unscaled[i] / config.ropeScaling().scale(unscaled[i]));
        }
        return divisors;
    }
}
