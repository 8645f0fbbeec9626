package org.llamadl4j.train.config;

import java.util.Objects;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.config.RopeScaling;
import org.llamadl4j.model.error.UserError;

/** Fills in the sizes that a configuration leaves out. */
final class ModelSizes {

    private ModelSizes() {}

    static LlamaConfig resolve(TrainConfig.Model model, int vocabSize) {
        LlamaConfig base = model.preset() == null ? withoutPreset(model) : LlamaConfig.preset(model.preset());
        return new LlamaConfig(
                orElse(model.dim(), base.dim()),
                orElse(model.layers(), base.layers()),
                orElse(model.heads(), base.heads()),
                orElse(model.kvHeads(), base.kvHeads()),
                orElse(model.headDim(), 0),
                orElse(model.hiddenDim(), base.hiddenDim()),
                vocabSize,
                orElse(model.contextLength(), base.contextLength()),
                orElse(model.normEps(), base.normEps()),
                orElse(model.ropeTheta(), base.ropeTheta()),
                model.ropeScaling() == null ? base.ropeScaling() : RopeScaling.parse(model.ropeScaling()),
                orElse(model.tiedEmbeddings(), base.tiedEmbeddings()));
    }

    private static LlamaConfig withoutPreset(TrainConfig.Model model) {
        if (model.dim() == null || model.layers() == null || model.heads() == null) {
            throw UserError.usage(
                    "the size of the model is not set: set model.preset (%s), or model.dim, model.layers and"
                            + " model.heads",
                    String.join(", ", LlamaConfig.presetNames()));
        }
        int dim = model.dim();
        int multiple = dim < 1024 ? 32 : 256;
        int hiddenDim = (8 * dim / 3 + multiple - 1) / multiple * multiple;
        return new LlamaConfig(
                dim,
                model.layers(),
                model.heads(),
                model.heads(),
                orElse(model.headDim(), 0),
                hiddenDim,
                1,
                512,
                1e-5,
                10000,
                RopeScaling.NONE,
                false);
    }

    private static <T> T orElse(T value, T fallback) {
        return Objects.requireNonNullElse(value, fallback);
    }
}
