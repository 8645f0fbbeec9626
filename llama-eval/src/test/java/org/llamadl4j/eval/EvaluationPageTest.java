package org.llamadl4j.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.eval.data.DataFolder;
import org.llamadl4j.eval.request.FakeModel;
import org.llamadl4j.eval.request.LogLikelihood;
import org.llamadl4j.eval.result.Evaluation;
import org.llamadl4j.eval.result.EvaluationResult;
import org.llamadl4j.eval.result.ModelIdentity;
import org.llamadl4j.eval.result.TaskResult;
import org.llamadl4j.eval.task.TaskSettings;
import org.llamadl4j.eval.task.Tasks;
import org.llamadl4j.model.JavaProgram;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.checkpoint.HuggingFaceFolder;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.tokenizer.BpeTrainer;
import org.llamadl4j.model.tokenizer.Tokenizer;

/** The examples of {@code docs/evaluation.md}, as its reader would try them. */
class EvaluationPageTest {

    private static final String QUESTIONS = """
            {"country": "Peru", "cities": ["Quito", "Lima", "La Paz"], "answer": 1}
            {"country": "Kenya", "cities": ["Nairobi", "Kampala", "Dodoma"], "answer": 0}
            """;

    @TempDir
    private Path folder;

    private static String example(String language) throws IOException {
        String page = Files.readString(Path.of("..", "docs", "evaluation.md"));
        Matcher matcher = Pattern.compile("```%s\n(.*?)```".formatted(language), Pattern.DOTALL)
                .matcher(page);
        assertThat(matcher.find()).as("an example in %s", language).isTrue();
        return matcher.group(1);
    }

    private void writeQuestions() throws IOException {
        Files.createDirectories(folder.resolve("data"));
        Files.writeString(folder.resolve("data/capitals.jsonl"), QUESTIONS);
    }

    @Test
    void theTaskInYamlIsAsked() throws IOException {
        writeQuestions();
        Path yaml = Files.writeString(folder.resolve("capitals.yaml"), example("yaml"));
        EvaluationResult result = new Evaluation(
                        DataFolder.of(folder.resolve("data")),
                        TaskSettings.builder().build())
                .run(Tasks.named(List.of(yaml.toString())), new FakeModel(1, true), ModelIdentity.named("fake"));
        TaskResult task = result.tasks().get(0);
        assertThat(task.samples()).hasSize(2);
        assertThat(task.samples().get(0).question().requests())
                .containsExactly(
                        new LogLikelihood("The capital of Peru is", " Quito"),
                        new LogLikelihood("The capital of Peru is", " Lima"),
                        new LogLikelihood("The capital of Peru is", " La Paz"));
        assertThat(task.samples().get(0).question().target()).isEqualTo("Lima");
        assertThat(task.scores()).extracting(score -> score.metric().key()).contains("acc,none", "acc,paper");
    }

    @Test
    void theTaskInJavaIsAsked() throws Exception {
        writeQuestions();
        writeModel(folder.resolve("run/model"));
        Path source = Files.writeString(folder.resolve("Capitals.java"), example("java"));
        Path output = folder.resolve("output");
        int status = JavaProgram.of(source.toString(), List.of())
                .directory(folder.toFile())
                .redirectOutput(output.toFile())
                .start()
                .waitFor();
        assertThat(status).as(Files.readString(output)).isZero();
        assertThat(folder.resolve("results/samples_capitals.jsonl")).exists();
        assertThat(Files.readString(output)).contains("Score[of=capitals");
        long lines = example("java")
                .lines()
                .dropWhile(line -> !line.contains("static Task task()"))
                .takeWhile(line -> !line.contains("static void main"))
                .count();
        assertThat(lines).as("a class of 30 lines").isLessThanOrEqualTo(30);
    }

    private static void writeModel(Path path) {
        Tokenizer tokenizer = BpeTrainer.builder().vocabSize(280).build().train(List.of("The capital of Peru is Lima"));
        LlamaConfig config = LlamaConfig.builder()
                .dim(16)
                .layers(1)
                .heads(2)
                .kvHeads(2)
                .hiddenDim(24)
                .vocabSize(280)
                .contextLength(64)
                .normEps(1e-5)
                .ropeTheta(10000)
                .build();
        try (Kernels kernels = CpuKernels.create(1)) {
            LlamaWeights weights = LlamaWeights.initialise(config, 1, kernels);
            HuggingFaceFolder.write(path, new LlamaModel(config, weights, tokenizer, kernels));
        }
    }
}
