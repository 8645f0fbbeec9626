package org.llamadl4j.eval.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.eval.task.Fixtures;
import org.llamadl4j.model.CapturedOutput;
import org.llamadl4j.model.JavaProgram;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.checkpoint.HuggingFaceFolder;
import org.llamadl4j.model.cli.Main;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.tokenizer.BpeTrainer;
import org.llamadl4j.model.tokenizer.Tokenizer;

class EvalCommandTest {

    @TempDir
    static Path folder;

    private static String model;
    private static String data;

    @RegisterExtension
    final CapturedOutput console = new CapturedOutput();

    @BeforeAll
    static void writeModelAndData() {
        model = model("model", 1).toString();
        data = Fixtures.suite(folder.resolve("data")).root().toString();
    }

    private static Path model(String name, long seed) {
        Tokenizer tokenizer = BpeTrainer.builder()
                .vocabSize(300)
                .build()
                .train(List.of("Question: Which one is it? Answer: the one that everybody knows."));
        LlamaConfig config = LlamaConfig.builder()
                .dim(32)
                .layers(2)
                .heads(4)
                .kvHeads(2)
                .hiddenDim(64)
                .vocabSize(300)
                .contextLength(128)
                .normEps(1e-5)
                .ropeTheta(10000)
                .build();
        Path path = folder.resolve(name);
        try (Kernels kernels = CpuKernels.create(1)) {
            LlamaWeights weights = LlamaWeights.initialise(config, seed, kernels);
            HuggingFaceFolder.write(path, new LlamaModel(config, weights, tokenizer, kernels));
        }
        return path;
    }

    private static JsonNode json(Path output) throws IOException {
        ObjectNode json = (ObjectNode)
                new JsonMapper().readTree(output.resolve("results.json").toFile());
        return json.without(List.of("date", "total_evaluation_time_seconds"));
    }

    @Test
    void everyTaskIsAskedAndNothingTwice() throws IOException {
        Path output = folder.resolve("all");
        String[] arguments = {"eval", model, "--data", data, "--limit", "1", "--output", output.toString()};
        assertThat(Main.run(arguments)).as(console.err()).isZero();
        assertThat(console.out())
                .containsPattern("ARC easy +accuracy +0 +72\\.8 +74\\.8 +80\\.0 +78\\.9 +[\\d.]+ +acc ");
        assertThat(console.err())
                .contains("of which 0 are answered already")
                .containsPattern("\\d tokens were computed");
        JsonNode json = json(output);
        assertThat(json.at("/results/arc_easy/acc,none").isNumber()).isTrue();
        assertThat(json.at("/config/model_sha").asText()).matches("[0-9a-f]{64}");
        assertThat(output.resolve("report.md")).content().contains("# Evaluation of ");
        assertThat(output.resolve("report.html")).content().contains("<!DOCTYPE html>");
        try (Stream<Path> files = Files.list(output)) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith("samples_")))
                    .hasSize(24);
        }

        console.clearErr();
        assertThat(Main.run(arguments)).isZero();
        assertThat(console.err()).containsPattern("([\\d,]+) different requests, of which \\1 are answered already");
        assertThat(json(output)).isEqualTo(json);
    }

    @Test
    void twoModelsAreCompared() throws IOException {
        Path other = model("other", 2);
        for (String each : List.of(model, other.toString())) {
            assertThat(Main.run(
                            "eval",
                            each,
                            "--tasks",
                            "arc_easy,boolq",
                            "--rule",
                            "harness",
                            "--data",
                            data,
                            "--output",
                            each + "-results"))
                    .isZero();
        }
        console.clearOut();
        assertThat(Main.run(
                        "eval",
                        "compare",
                        model + "-results",
                        other + "-results",
                        "--output",
                        folder.resolve("compared").toString()))
                .as(console.err())
                .isZero();
        assertThat(console.out())
                .containsPattern("arc_easy +harness +acc_norm,none .* mcnemar")
                .doesNotContain("paper  ");
        assertThat(folder.resolve("compared/comparison.md")).content().contains("| arc_easy | harness |");
        assertThat(Main.run("eval", "compare", model, folder.toString())).isEqualTo(2);
        assertThat(console.err()).contains("there is no " + model);
    }

    @Test
    void tasksAreListed() {
        assertThat(Main.run("eval", "--list", "--data", data)).isZero();
        assertThat(console.out())
                .containsPattern("arc_easy +ARC easy +paper \\(0\\), harness \\(0\\) +yes +arc_easy\\.jsonl");
        assertThat(console.out().lines()).hasSize(25);
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        assertThat(Main.run("eval", "--data", data)).isEqualTo(2);
        assertThat(console.err()).contains("MODEL_DIR is missing");
        assertThat(Main.run("eval", model)).isEqualTo(2);
        assertThat(console.err()).contains("--data DIR is missing");
        assertThat(Main.run("eval", model, "--data", data, "--tasks", "arc_eazy"))
                .isEqualTo(2);
        assertThat(console.err()).contains("there is no task arc_eazy");
        assertThat(Main.run("eval", folder.resolve("none").toString(), "--data", data))
                .isEqualTo(2);
        assertThat(console.err()).contains("there is no model");
        assertThat(Main.run("eval", model, "--data", data, "--threads", "-1")).isEqualTo(2);
        assertThat(console.err()).contains("--threads must be 1 or more");
        assertThat(Main.run("eval", model, "--data", folder.toString())).isEqualTo(2);
        assertThat(console.err()).contains("no file of any task");
        Path cut = Files.createDirectories(folder.resolve("cut"));
        Files.writeString(cut.resolve("arc_easy.jsonl"), "{\"query\": \"Questi");
        assertThat(Main.run("eval", model, "--data", cut.toString(), "--tasks", "arc_easy"))
                .isEqualTo(1);
        assertThat(console.err()).contains("arc_easy.jsonl, line 1");
    }

    /** SIGKILL, in a process of its own, while it computes. */
    @Test
    @Timeout(600)
    void aRunThatIsKilledGoesOnWhereItWas() throws Exception {
        Path questions = Files.createDirectories(folder.resolve("many"));
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 900; i++) {
            lines.add(("{\"query\": \"Question: Which number comes after %d in the row of all numbers?\\nAnswer:\","
                            + " \"choices\": [\"it is %d\", \"it is %d\", \"one of the others\"], \"gold\": 0}")
                    .formatted(i * 7919, i * 7919 + 1, i * 7919 - 1));
        }
        Files.write(questions.resolve("arc_easy.jsonl"), lines);
        List<String> arguments =
                List.of("eval", model, "--data", questions.toString(), "--tasks", "arc_easy", "--output");
        Path whole = folder.resolve("whole");
        assertThat(start(arguments, whole).waitFor()).isZero();

        Path killed = folder.resolve("killed");
        Process process = start(arguments, killed);
        while (process.isAlive() && answers(killed) < 4) {
            Thread.sleep(2);
        }
        process.destroyForcibly().waitFor();
        long known = answers(killed);
        assertThat(known).isBetween(4L, answers(whole) - 1);
        assertThat(killed.resolve("results.json")).doesNotExist();
        assertThat(start(arguments, killed).waitFor()).isZero();
        assertThat(json(killed)).isEqualTo(json(whole));
        // What was there is there still, and nothing of it a second time.
        List<String> all = Files.readAllLines(answerFile(killed));
        assertThat(all)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(Files.readAllLines(answerFile(whole)));
    }

    private static Process start(List<String> arguments, Path output) throws IOException {
        List<String> command = new ArrayList<>(arguments);
        command.add(output.toString());
        return JavaProgram.of(Main.class.getName(), command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Lines of the file with answers, the first of which says whose they are. */
    private static long answers(Path output) throws IOException {
        if (!Files.isDirectory(output.resolve("answers"))) {
            return 0;
        }
        try (Stream<Path> files = Files.list(output.resolve("answers"))) {
            return files.findFirst().map(EvalCommandTest::lines).orElse(0L);
        }
    }

    private static long lines(Path file) {
        try {
            return Files.readString(file).chars().filter(c -> c == '\n').count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path answerFile(Path output) throws IOException {
        try (Stream<Path> files = Files.list(output.resolve("answers"))) {
            return files.findFirst().orElseThrow();
        }
    }
}
