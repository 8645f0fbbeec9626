package org.llamadl4j.train.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.checkpoint.HuggingFaceFolder;
import org.llamadl4j.model.checkpoint.WeightType;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.tokenizer.BpeTrainer;
import org.llamadl4j.model.tokenizer.Tokenizer;

class InferenceModelTest {

    /** Two layers of (16·16 + 2·8·16 + 16·16 + 3·24·16) weights in matrices, norms, embedding and head of 275·16. */
    private static final LlamaConfig CONFIG = LlamaConfig.builder()
            .dim(16)
            .layers(2)
            .heads(4)
            .kvHeads(2)
            .hiddenDim(24)
            .vocabSize(275)
            .contextLength(32)
            .normEps(1e-5)
            .ropeTheta(10000)
            .build();

    private static final int MATRICES = 2 * (16 * 16 + 2 * 8 * 16 + 16 * 16 + 3 * 24 * 16);
    private static final int NORMS = 5 * 16;
    private static final int HEAD = 275 * 16;

    @Test
    void aModelIsReadAsItIsStoredOrConverted(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("model");
        Tokenizer tokenizer =
                BpeTrainer.builder().vocabSize(275).build().train(List.of("hello hello yellow\nfellow below"));
        try (Kernels kernels = CpuKernels.create(1)) {
            LlamaWeights weights = LlamaWeights.initialise(CONFIG, 1, kernels);
            HuggingFaceFolder.write(path, new LlamaModel(CONFIG, weights, tokenizer, kernels));
            InferenceModel stored = InferenceModel.read(path, Optional.empty(), kernels);
            assertThat(stored.describe().weightType()).isEqualTo("FLOAT32");
            assertThat(stored.describe().name()).isEqualTo("model");
            // One row of the embedding.
            assertThat(stored.bytesPerToken()).isEqualTo(4 * (16 + MATRICES + NORMS + HEAD));
            InferenceModel halves = InferenceModel.read(path, Optional.of(WeightType.F16), kernels);
            assertThat(halves.bytesPerToken()).isEqualTo(2 * (16 + MATRICES + HEAD) + 4 * NORMS);
        }
    }

    @Test
    void aTiedEmbeddingIsReadAsTheHead() {
        LlamaConfig tied = CONFIG.toBuilder().tiedEmbeddings(true).build();
        try (Kernels kernels = CpuKernels.create(1)) {
            InferenceModel model = new InferenceModel("tied", LlamaWeights.zeros(tied, kernels));
            assertThat(model.bytesPerToken()).isEqualTo(4 * (MATRICES + NORMS + HEAD));
        }
    }

    @Test
    void operationsAreThoseOfEveryTokenButTheHeadOfOne() {
        try (Kernels kernels = CpuKernels.create(1)) {
            InferenceModel model = new InferenceModel("model", LlamaWeights.zeros(CONFIG, kernels));
            double scores = 2 * 16 * (3 + 2 + 1);
            assertThat(model.flops(3)).isEqualTo(2.0 * MATRICES * 3 + 4 * scores + 2 * HEAD);
        }
    }

    @Test
    void aPresetIsRandom() {
        try (Kernels kernels = CpuKernels.create(1)) {
            InferenceModel model = InferenceModel.random("15m", WeightType.Q8_0, kernels);
            assertThat(model.config()).isEqualTo(LlamaConfig.preset("15m"));
            assertThat(model.describe().weightType()).isEqualTo("Q8_0");
            float[] row = new float[256];
            kernels.read(model.weights().get(LlamaWeights.w2(5)).buffer(), 0, row, 0, row.length);
            assertThat(row[0]).isNotEqualTo(row[1]);
        }
    }
}
