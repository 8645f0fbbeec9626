package org.llamadl4j.train.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.CapturedOutput;
import org.llamadl4j.model.JavaProgram;
import org.llamadl4j.model.cli.Main;
import org.llamadl4j.train.config.ConfigDocumentation;
import org.llamadl4j.train.loop.TinyRun;

class TrainCommandTest {

    @TempDir
    private static Path shared;

    private static String data;

    @TempDir
    private Path folder;

    private Path run;

    @RegisterExtension
    final CapturedOutput console = new CapturedOutput();

    @BeforeAll
    static void prepare() throws IOException {
        TinyRun.data(shared, 1);
        data = shared.resolve("data").toString();
    }

    @BeforeEach
    void nameRun() {
        run = folder.resolve("run");
    }

    @Test
    void printsTheFolderOfTheModelAndNothingElse() {
        assertThat(Main.run(train(run, "--set", "schedule.steps=2"))).isZero();

        assertThat(console.out()).isEqualTo(run.resolve("model") + System.lineSeparator());
        assertThat(run.resolve("model/config.json")).exists();
    }

    @Test
    void startsFromAGgufFile() {
        assertThat(Main.run(train(run, "--set", "schedule.steps=2"))).isZero();
        Path gguf = folder.resolve("model.gguf");
        assertThat(Main.run("convert", run.resolve("model").toString(), gguf.toString(), "--type", "q8_0"))
                .isZero();

        Path further = folder.resolve("further");
        assertThat(Main.run(
                        "train",
                        "--data",
                        data,
                        "--init",
                        gguf.toString(),
                        "--out",
                        further.toString(),
                        "--set",
                        "schedule.steps=2",
                        "--set",
                        "threads=1"))
                .as(console.err())
                .isZero();
        assertThat(further.resolve("model/config.json")).exists();
    }

    @Test
    void aRunKilledAtARandomStepAndResumedGivesTheLossesOfARunNeverStopped() throws Exception {
        Path whole = folder.resolve("whole");
        assertThat(Main.run(train(whole))).isZero();
        int step = 9 + new Random().nextInt(21);

        Process killed = start(step, train(run));
        killed.destroyForcibly().waitFor();
        assertThat(Main.run("train", "--data", data, "--out", run.toString(), "--resume"))
                .as("killed after step %d: %s", step, console.err())
                .isZero();

        assertThat(TinyRun.metrics(run)).as("killed after step %d", step).isEqualTo(TinyRun.metrics(whole));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no SIGTERM")
    void aTerminatedRunSavesWhatItHas() throws Exception {
        Process terminated = start(3, train(run, "--set", "checkpoint.every=1000", "--set", "schedule.steps=100000"));
        terminated.destroy();

        assertThat(terminated.waitFor()).as("128 + SIGTERM").isEqualTo(143);
        try (Stream<Path> entries = Files.list(run)) {
            assertThat(entries.map(entry -> entry.getFileName().toString()))
                    .filteredOn(name -> name.startsWith("checkpoint-"))
                    .hasSize(1);
        }
    }

    @Test
    void helpConfigPrintsEveryKey() {
        assertThat(Main.run("train", "--help-config")).isZero();

        assertThat(console.out()).isEqualTo(ConfigDocumentation.yaml());
    }

    @Test
    void wrongUsageIsOneLineAndStatusTwo() {
        assertThat(Main.run("train", "--data", data, "--out", run.toString())).isEqualTo(2);
        assertThat(Main.run(train(run, "--set", "optimizer.learningrate=1"))).isEqualTo(2);
        assertThat(Main.run(
                        "train",
                        "--data",
                        data,
                        "--out",
                        run.toString(),
                        "--preset",
                        "1m",
                        "--set",
                        "batch.batchTokens=5000"))
                .isEqualTo(2);

        assertThat(console.err())
                .containsSubsequence(
                        "llama: which model?",
                        "llama: optimizer.learningrate is no configuration key; the nearest is optimizer.learningRate",
                        "llama: batch.batchTokens is 5000, which is not a multiple of batch.microBatchTokens (4096)");
        assertThat(run).doesNotExist();
    }

    private static String[] train(Path run, String... more) {
        List<String> command = new ArrayList<>(List.of("train", "--data", data, "--out", run.toString()));
        for (String setting : TinyRun.SETTINGS) {
            command.addAll(List.of("--set", setting));
        }
        command.addAll(List.of(more));
        return command.toArray(String[]::new);
    }

    /** Runs the program in a process of its own, up to its report of {@code step}. */
    private Process start(int step, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(arguments));
        command.addAll(List.of("--set", "progressEvery=1"));
        Process process = JavaProgram.of(Main.class.getName(), command).start();
        BufferedReader output = process.inputReader();
        List<String> lines = new ArrayList<>();
        for (String line; (line = output.readLine()) != null; ) {
            lines.add(line);
            if (line.startsWith("step " + step + "/")) {
                return process;
            }
        }
        throw new AssertionError("the program ended before step " + step + ": " + String.join("\n", lines));
    }
}
