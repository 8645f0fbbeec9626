package org.llamadl4j.model.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llamadl4j.model.CapturedOutput;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.checkpoint.HuggingFaceFolder;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.tokenizer.ByteLevelTokenizer;
import org.llamadl4j.model.tokenizer.SmallByteLevel;

/** Without a terminal, as tests are run: questions from standard input. */
class ChatCommandTest {

    @TempDir
    static Path folder;

    private static String withTemplate;
    private static String without;

    private final InputStream realIn = System.in;

    @RegisterExtension
    final CapturedOutput console = new CapturedOutput();

    @BeforeAll
    static void writeModels() {
        ByteLevelTokenizer tokenizer = SmallByteLevel.tokenizer();
        without = write("without", tokenizer);
        withTemplate = write(
                "with",
                tokenizer.with(
                        tokenizer
                                .settings()
                                .withChatTemplate(
                                        Optional.of(
                                                "{{ bos_token }}{% for m in messages %}{% if m.role == 'tool' %}"
                                                        + "{{ raise_exception('no tools') }}{% endif %}{{ m.content }}<|eot_id|>{% endfor %}"))));
    }

    private static String write(String name, ByteLevelTokenizer tokenizer) {
        LlamaConfig config = LlamaConfig.builder()
                .dim(16)
                .layers(1)
                .heads(2)
                .kvHeads(2)
                .hiddenDim(24)
                .vocabSize(tokenizer.vocabSize())
                .contextLength(128)
                .normEps(1e-5)
                .ropeTheta(10000)
                .build();
        try (Kernels kernels = CpuKernels.create(1)) {
            LlamaWeights weights = LlamaWeights.initialise(config, 9, kernels);
            HuggingFaceFolder.write(folder.resolve(name), new LlamaModel(config, weights, tokenizer, kernels));
        }
        return folder.resolve(name).toString();
    }

    @AfterEach
    void restoreInput() {
        System.setIn(realIn);
    }

    private int chat(String typed, String... arguments) {
        System.setIn(new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)));
        List<String> all = new ArrayList<>(List.of("chat"));
        all.addAll(List.of(arguments));
        return Main.run(all.toArray(String[]::new));
    }

    @Test
    void eachLineIsAnsweredOnStandardOutput() {
        assertThat(chat("größer\n/help\nthe\n", withTemplate, "--seed", "3", "--max-new-tokens", "5"))
                .isZero();
        String first = console.out();
        assertThat(first).isNotBlank().doesNotContain("/system");
        assertThat(console.err()).contains("/system TEXT").doesNotContain("chat template");
        console.clearOut();
        chat("größer\nthe\n", withTemplate, "--seed", "3", "--max-new-tokens", "5");
        assertThat(console.out()).isEqualTo(first);
    }

    @Test
    void aModelWithoutATemplateIsAskedInATranscriptAndThatIsSaid() throws IOException {
        assertThat(chat("the\n", without, "--max-new-tokens", "5")).isZero();
        assertThat(console.err()).containsOnlyOnce("without a chat template").contains("--template");
        Path template = Files.writeString(folder.resolve("own.jinja"), "{{ messages[0].content }}");
        console.clearErr();
        assertThat(chat("the\n", without, "--template", template.toString())).isZero();
        assertThat(console.err()).doesNotContain("without a chat template");
    }

    @ParameterizedTest
    @CsvSource({"{% if, 1, broken.jinja cannot be used", "{{ 'x' | shout }}, 1, shout"})
    void aBrokenTemplateEndsInOneLine(String source, int status, String message) throws IOException {
        Path template = Files.writeString(folder.resolve("broken.jinja"), source);
        assertThat(chat("the\n", without, "--template", template.toString())).isEqualTo(status);
        assertThat(console.err()).contains(message).doesNotContain("\tat ");
        assertThat(console.out()).isEmpty();
    }

    @Test
    void whatATemplateRefusesIsSaidAndTheChatGoesOn() throws IOException {
        Path template = Files.writeString(
                folder.resolve("refusing.jinja"),
                "{% if messages[0].content == 'no' %}{{ raise_exception('Say yes!') }}{% endif %}{{ bos_token }}");
        assertThat(chat("no\nyes\n", without, "--template", template.toString(), "--max-new-tokens", "3"))
                .isZero();
        assertThat(console.err()).contains("refuses this conversation: Say yes!");
        assertThat(console.out()).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "--template, none.jinja, 1, there is no template",
        "--cache, 0, 2, --cache",
        "--temperature, -1, 2, temperature",
        "--max-new-tokens, -1, 2, max-new-tokens"
    })
    void badValuesAreRefused(String option, String value, int status, String message) {
        assertThat(chat("", without, option, value)).isEqualTo(status);
        assertThat(console.err()).contains(message).doesNotContain("\tat ");
    }
}
