package org.llamadl4j.model.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.llamadl4j.model.config.RopeScaling;
import org.llamadl4j.model.error.UserError;

/**
 * How rotary frequencies are scaled, as {@code config.json} says it: in {@code rope_scaling}, whose kind is called
 * {@code rope_type} or, in older files, {@code type}; or in the {@code rope_parameters} of newer ones.
 */
final class HuggingFaceRope {

    private static final String SCALING = "rope_scaling";
    private static final String PARAMETERS = "rope_parameters";
    private static final String TYPE = "rope_type";
    private static final String OLD_TYPE = "type";
    private static final String THETA = "rope_theta";
    private static final String FACTOR = "factor";
    private static final String LOW = "low_freq_factor";
    private static final String HIGH = "high_freq_factor";
    private static final String ORIGINAL = "original_max_position_embeddings";
    private static final String PARTIAL = "partial_rotary_factor";
    private static final String KINDS = "default, linear or llama3; other ways of scaling are not supported";

    private HuggingFaceRope() {}

    /** θ. */
    static double theta(JsonObject config) {
        return config.object(PARAMETERS).number(THETA, config.number(THETA, 10000));
    }

    /**
     * The scaling that {@code config} describes.
     *
     * @throws UserError if it is of an unknown kind, lacks a number, or is described in two ways that differ
     */
    static RopeScaling scaling(JsonObject config) {
        JsonObject old = config.object(SCALING);
        JsonObject parameters = config.object(PARAMETERS);
        requireWhole(config);
        requireWhole(old);
        requireWhole(parameters);
        if (old.json().isEmpty()) {
            return parse(config, parameters);
        }
        if (!old.has(TYPE) && !old.has(OLD_TYPE)) {
            throw old.wrong(TYPE, KINDS);
        }
        RopeScaling scaling = parse(config, old);
        if (!parameters.json().isEmpty() && !parse(config, parameters).equals(scaling)) {
            throw config.wrong(SCALING, "what " + PARAMETERS + " says, or left out");
        }
        return scaling;
    }

    /** All numbers of a head are rotated. */
    private static void requireWhole(JsonObject object) {
        if (object.number(PARTIAL, 1) != 1) {
            throw object.wrong(PARTIAL, "1; heads that are rotated in part are not supported");
        }
    }

    private static RopeScaling parse(JsonObject config, JsonObject rope) {
        String type = rope.text(TYPE, rope.text(OLD_TYPE, "default"));
        if (!rope.text(OLD_TYPE, type).equals(type)) {
            throw rope.wrong(OLD_TYPE, "what " + TYPE + " says, or left out");
        }
        return switch (type) {
            case "default" -> RopeScaling.NONE;
            case "linear" -> {
                double factor = rope.number(FACTOR);
                yield rope.make(() -> new RopeScaling.Linear(factor));
            }
            case "llama3" -> {
                double factor = rope.number(FACTOR);
                double low = rope.number(LOW);
                double high = rope.number(HIGH);
                JsonObject holder = config.has(ORIGINAL) && !rope.has(ORIGINAL) ? config : rope;
                int original = holder.integer(ORIGINAL);
                yield rope.make(() -> new RopeScaling.Llama3(factor, low, high, original));
            }
            default -> throw rope.wrong(rope.has(TYPE) ? TYPE : OLD_TYPE, KINDS);
        };
    }

    /** Adds θ and scaling to {@code config.json}, in the words that the oldest transformers with that scaling knows. */
    static void write(ObjectNode config, double theta, RopeScaling scaling) {
        config.put(THETA, theta);
        if (scaling instanceof RopeScaling.Linear linear) {
            config.putObject(SCALING).put(OLD_TYPE, "linear").put(FACTOR, linear.factor());
        } else if (scaling instanceof RopeScaling.Llama3 llama3) {
            config.putObject(SCALING)
                    .put(TYPE, "llama3")
                    .put(FACTOR, llama3.factor())
                    .put(LOW, llama3.lowFreqFactor())
                    .put(HIGH, llama3.highFreqFactor())
                    .put(ORIGINAL, llama3.originalContextLength());
        } else {
            config.putNull(SCALING);
        }
    }
}
