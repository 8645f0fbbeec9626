package org.llamadl4j.model.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.CapturedOutput;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.checkpoint.HuggingFaceFolder;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.tokenizer.BpeTrainer;
import org.llamadl4j.model.tokenizer.Tokenizer;

class ConvertCommandTest {

    @TempDir
    Path folder;

    @RegisterExtension
    final CapturedOutput console = new CapturedOutput();

    private String model;

    @BeforeEach
    void writeModel() {
        Tokenizer tokenizer = BpeTrainer.builder().vocabSize(280).build().train(List.of("the cat sat on the mat"));
        LlamaConfig config = LlamaConfig.builder()
                .dim(32)
                .layers(1)
                .heads(2)
                .kvHeads(1)
                .hiddenDim(64)
                .vocabSize(tokenizer.vocabSize())
                .contextLength(32)
                .normEps(1e-5)
                .ropeTheta(10000)
                .build();
        try (Kernels kernels = CpuKernels.create(1)) {
            LlamaWeights weights = LlamaWeights.initialise(config, 9, kernels);
            HuggingFaceFolder.write(folder.resolve("model"), new LlamaModel(config, weights, tokenizer, kernels));
        }
        model = folder.resolve("model").toString();
    }

    private String generate(String path) {
        console.clearOut();
        assertThat(Main.run("generate", path, "--prompt", "the", "--temperature", "0", "--max-new-tokens", "12"))
                .isZero();
        return console.out();
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    void aConvertedModelTellsTheSame() {
        assertThat(Main.run("convert", model, path("a.gguf"))).isZero();
        assertThat(Main.run("convert", path("a.gguf"), path("back"))).isZero();
        String text = generate(model);
        assertThat(generate(path("a.gguf"))).isEqualTo(text);
        assertThat(generate(path("back"))).isEqualTo(text);
    }

    @Test
    void theOptionsSayWhatTheNameDoesNot() {
        assertThat(Main.run("convert", model, path("plain"), "--to", "gguf", "--type", "q8_0"))
                .isZero();
        assertThat(folder.resolve("plain")).isRegularFile();
        assertThat(Main.run("convert", path("plain"), path("other"), "--to", "hf", "--type", "bf16"))
                .isZero();
        assertThat(folder.resolve("other")).isDirectoryContaining("glob:**/model.safetensors");
        assertThat(console.err()).contains("converting", "wrote");
        assertThat(console.out()).isEmpty();
    }

    @Test
    void refusesWhatItCannotWrite() {
        assertThat(Main.run("convert", model, path("b"), "--type", "q8_0")).isEqualTo(2);
        assertThat(Main.run("convert", model, path("b"), "--type", "q4_k")).isEqualTo(2);
        assertThat(Main.run("convert", model, path("b"), "--to", "meta")).isEqualTo(2);
        assertThat(Main.run("convert", model)).isEqualTo(2);
        assertThat(Main.run("convert", path("none.gguf"), path("b"))).isEqualTo(1);
        assertThat(console.err()).contains("there is no file").doesNotContain("\tat ");
    }
}
