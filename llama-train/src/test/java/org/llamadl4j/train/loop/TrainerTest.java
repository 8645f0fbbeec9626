package org.llamadl4j.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.checkpoint.HuggingFaceFolder;
import org.llamadl4j.model.checkpoint.ModelReader;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.tokenizer.SentencePieceTokenizer;
import org.llamadl4j.model.tokenizer.SmallByteLevel;
import org.llamadl4j.model.tokenizer.Tokenizer;
import org.llamadl4j.train.config.TrainConfig;
import org.llamadl4j.train.data.TokenDataset;

class TrainerTest {

    private static Kernels kernels;
    private static TokenDataset data;

    /** A run that was never stopped. */
    private static Path whole;

    private static TrainingResult wholeResult;

    @TempDir
    private Path folder;

    private Path out;

    @BeforeAll
    static void trainOnce(@TempDir Path shared) throws IOException {
        kernels = CpuKernels.create(1);
        data = TinyRun.data(shared, 1);
        whole = shared.resolve("whole");
        wholeResult = TinyRun.trainer(data, whole, kernels).build().run();
    }

    @AfterAll
    static void close() {
        kernels.close();
    }

    @BeforeEach
    void name() {
        out = folder.resolve("run");
    }

    @Test
    void learns() throws IOException {
        List<Double> losses = new ArrayList<>();
        List<Double> heldOut = new ArrayList<>();
        MetricsLog.read(new RunFolder(whole).metrics(), object -> {
            if (object.has("loss")) {
                losses.add(object.get("loss").asDouble());
            } else {
                heldOut.add(object.get("heldOutNatsPerToken").asDouble());
            }
        });

        assertThat(losses).hasSize(30);
        assertThat(losses.get(0)).as("about ln 300").isBetween(5.5, 6.0);
        assertThat(losses.get(29)).isLessThan(3);
        assertThat(heldOut).as("steps 10, 20 and 30").hasSize(3).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(wholeResult.complete()).isTrue();
        assertThat(wholeResult.loss()).isEqualTo(losses.get(29));
        assertThat(wholeResult.evaluation()).hasValueSatisfying(last -> {
            assertThat(last.natsPerToken()).isEqualTo(heldOut.get(2));
            assertThat(last.whole()).isTrue();
            assertThat(last.tokens()).isEqualTo(data.validation().tokens() - 1);
            assertThat(last.natsPerByte() / last.natsPerToken())
                    .isEqualTo(
                            (double) data.validation().tokens()
                                    / data.validation().textBytes(),
                            within(1e-12));
        });
    }

    @Test
    void trainsWithATokenizerOfAnyKind() throws IOException {
        Tokenizer tokenizer = SmallByteLevel.tokenizer();
        TokenDataset other = TinyRun.data(folder, 1, tokenizer);
        TrainingResult result = Trainer.builder()
                .config(TinyRun.config().with("schedule.steps", 2))
                .data(other)
                .out(out)
                .kernels(kernels)
                .build()
                .run();
        assertThat(names(out.resolve("model"))).contains("tokenizer.json").doesNotContain("tokenizer.model");
        LlamaModel read = HuggingFaceFolder.read(out.resolve("model"), kernels);
        assertThat(read.tokenizer().settings()).isEqualTo(tokenizer.settings());
        assertThat(read.endIds()).isEqualTo(tokenizer.eosIds());
        assertThat(read.config()).isEqualTo(result.model().config());
    }

    @Test
    void leavesTheModelTheLastCheckpointsMetricsAndAChart() throws IOException {
        assertThat(names(whole))
                .containsExactly("checkpoint-00000024", "checkpoint-00000030", "loss.png", "metrics.jsonl", "model");
        assertThat(names(whole.resolve("checkpoint-00000030")))
                .contains(
                        "config.json",
                        "model.safetensors",
                        "tokenizer.model",
                        "optimizer.safetensors",
                        "training.json");
        assertThat(names(whole.resolve("model")))
                .contains("config.json", "model.safetensors", "tokenizer.model")
                .doesNotContain("optimizer.safetensors", "training.json");
        assertThat(wholeResult.folder()).isEqualTo(whole.resolve("model"));
        assertThat(Files.size(whole.resolve("loss.png"))).isPositive();

        LlamaWeights read = HuggingFaceFolder.readWeights(whole.resolve("model"), kernels);
        read.names()
                .forEach(name -> assertThat(values(read.get(name)))
                        .as(name)
                        .isEqualTo(values(wholeResult.model().weights().get(name))));
    }

    @Test
    void aRunThatWasStoppedAndResumedGivesTheSameLossesBitForBit() throws IOException {
        TrainingResult stopped = stopAfter(13);

        assertThat(stopped.complete()).isFalse();
        assertThat(stopped.step()).isEqualTo(13);
        assertThat(stopped.folder()).isEqualTo(out.resolve("checkpoint-00000013"));
        assertThat(out.resolve("model")).doesNotExist();

        TrainingResult resumed =
                TinyRun.trainer(data, out, kernels).resume(true).build().run();

        assertThat(resumed.complete()).isTrue();
        assertThat(TinyRun.metrics(out)).isEqualTo(TinyRun.metrics(whole));
        LlamaWeights weights = resumed.model().weights();
        weights.names()
                .forEach(name -> assertThat(values(weights.get(name)))
                        .as(name)
                        .isEqualTo(values(wholeResult.model().weights().get(name))));
    }

    @Test
    void aFinishedRunThatIsResumedIsEvaluatedAgainAndNotTrained() throws IOException {
        TinyRun.trainer(data, out, kernels)
                .config(TinyRun.config().with("schedule.steps", 3))
                .build()
                .run();
        List<String> metrics = TinyRun.metrics(out);

        TrainingResult again = TinyRun.trainer(data, out, kernels)
                .config(Trainer.recordedConfig(out))
                .resume(true)
                .build()
                .run();

        assertThat(again.step()).isEqualTo(3);
        assertThat(TinyRun.metrics(out)).isEqualTo(metrics);
    }

    @Test
    void stepsThatFollowFromMinutesAreKeptWhenResumed() throws IOException {
        TrainConfig minutes = TinyRun.config().with("schedule.steps", null).with("schedule.minutes", 0.005);
        List<Integer> steps = new ArrayList<>();
        Trainer[] trainer = new Trainer[1];
        trainer[0] = TinyRun.trainer(data, out, kernels)
                .config(minutes)
                .listener(new TrainingListener() {
                    @Override
                    public void stepped(TrainingStep step) {
                        steps.add(step.steps());
                        trainer[0].stop();
                    }
                })
                .build();
        trainer[0].run();

        TrainingResult resumed = TinyRun.trainer(data, out, kernels)
                .config(minutes)
                .resume(true)
                .build()
                .run();

        assertThat(steps).hasSize(1);
        assertThat(resumed.step()).isEqualTo(steps.get(0));
    }

    @Test
    void aRunIsNotResumedWithAnotherConfiguration() throws IOException {
        stopAfter(1);
        TrainConfig other = TinyRun.config()
                .with("optimizer.beta2", 0.99)
                .with("model.layers", 3)
                .with("ui", true);

        assertThatThrownBy(() -> TinyRun.trainer(data, out, kernels)
                        .config(other)
                        .resume(true)
                        .build()
                        .run())
                .isInstanceOf(UserError.class)
                .hasMessageContaining("model.layers was 2 and now is 3")
                .hasMessageContaining("optimizer.beta2 was 0.95 and now is 0.99")
                .hasMessageNotContaining("ui");
    }

    @Test
    void aRunIsNotResumedOnOtherData() throws IOException {
        stopAfter(1);
        TokenDataset other = TinyRun.data(folder.resolve("other"), 2);

        assertThatThrownBy(() -> TinyRun.trainer(other, out, kernels)
                        .resume(true)
                        .build()
                        .run())
                .isInstanceOf(UserError.class)
                .hasMessageContaining(data.digest())
                .hasMessageContaining(other.digest());
    }

    @Test
    void thereMustBeACheckpointToResume() {
        assertThatThrownBy(() ->
                        TinyRun.trainer(data, out, kernels).resume(true).build().run())
                .isInstanceOf(UserError.class)
                .hasMessageContaining("there is no checkpoint in " + out);
    }

    @Test
    void aNewRunDoesNotStartInAFolderThatHoldsSomething() throws IOException {
        Files.createDirectories(out);
        Files.writeString(out.resolve("thesis.txt"), "years of work");

        assertThatThrownBy(() -> TinyRun.trainer(data, out, kernels).build().run())
                .isInstanceOf(UserError.class)
                .hasMessageContaining("is not empty (it has thesis.txt)")
                .hasMessageContaining("--resume");
        assertThat(names(out)).containsExactly("thesis.txt");
    }

    @Test
    void aNewRunStartsWhereOneDiedBeforeItsFirstCheckpoint() throws IOException {
        Files.createDirectories(out.resolve(".checkpoint-00000008.writing"));
        Files.writeString(out.resolve("metrics.jsonl"), "{\"step\":1,\"loss\":9}\n{\"st");

        TinyRun.trainer(data, out, kernels).build().run();

        assertThat(TinyRun.metrics(out)).isEqualTo(TinyRun.metrics(whole));
        assertThat(names(out)).doesNotContain(".checkpoint-00000008.writing");
    }

    @Test
    void aLossThatIsNoNumberStopsTheRunAndKeepsTheLastCheckpoint() {
        LlamaModel[] model = new LlamaModel[1];
        Trainer trainer = TinyRun.trainer(data, out, kernels)
                .config(TinyRun.config().with("schedule.steps", 12))
                .initialModel(model[0] = initialModel())
                .config(withoutModel().with("schedule.steps", 12))
                .listener(new TrainingListener() {
                    @Override
                    public void stepped(TrainingStep step) {
                        if (step.step() == 9) {
                            kernels.fill(model[0].weights().get(LlamaWeights.NORM), Float.NaN);
                        }
                    }
                })
                .build();

        assertThatThrownBy(trainer::run)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("diverged at step 10: the loss is NaN")
                .hasMessageContaining("checkpoint-00000008 is complete and kept");
        assertThat(Trainer.recordedConfig(out).schedule().steps()).isEqualTo(12);
    }

    @Test
    void startsFromTheWeightsOfAModel() throws IOException {
        LlamaModel trained = wholeResult.model();
        LlamaModel copy = new LlamaModel(
                trained.config(),
                HuggingFaceFolder.readWeights(whole.resolve("model"), kernels),
                trained.tokenizer(),
                kernels);
        List<Double> losses = new ArrayList<>();

        TinyRun.trainer(data, out, kernels)
                .config(withoutModel().with("schedule.steps", 1))
                .initialModel(copy)
                .listener(new TrainingListener() {
                    @Override
                    public void stepped(TrainingStep step) {
                        losses.add(step.loss());
                    }
                })
                .build()
                .run();

        assertThat(losses.get(0)).isLessThan(3);
    }

    @Test
    void keepsTheTokensThatEndTextsOfTheModelItStartsFrom() throws IOException {
        LlamaModel initial = initialModel();
        LlamaModel chatty = new LlamaModel(
                initial.config(),
                initial.weights(),
                initial.tokenizer(),
                kernels,
                new TreeSet<>(Set.of(initial.tokenizer().eosId(), 7)));
        TinyRun.trainer(data, out, kernels)
                .config(withoutModel().with("schedule.steps", 1))
                .initialModel(chatty)
                .build()
                .run();
        assertThat(HuggingFaceFolder.read(out.resolve("model"), kernels).endIds())
                .containsExactly(initial.tokenizer().eosId(), 7);
    }

    @Test
    void weightsThatLieInAFolderTrainAsThoseInMetasOrder() throws IOException {
        Path folder = out.resolve("initial");
        HuggingFaceFolder.write(folder, initialModel());
        LlamaModel copied = HuggingFaceFolder.read(folder, kernels);
        LlamaModel mapped = ModelReader.read(folder, kernels);
        assertThat(copied.weights().rotaryPairs()).isEqualTo(RotaryPairs.ADJACENT);
        assertThat(mapped.weights().rotaryPairs()).isEqualTo(RotaryPairs.HALVES);

        Path ofCopied = train(copied, "of-copied");
        Path ofMapped = train(mapped, "of-mapped");

        assertThat(TinyRun.metrics(ofMapped)).isEqualTo(TinyRun.metrics(ofCopied));
        Path weights = Path.of("model", "model.safetensors");
        assertThat(ofMapped.resolve(weights)).hasSameBinaryContentAs(ofCopied.resolve(weights));
    }

    private Path train(LlamaModel initial, String name) throws IOException {
        Path folder = out.resolve(name);
        TinyRun.trainer(data, folder, kernels)
                .config(withoutModel().with("schedule.steps", 4))
                .initialModel(initial)
                .build()
                .run();
        return folder;
    }

    @Test
    void sizesOfTheModelToStartFromAreNotSetAgain() {
        assertThatThrownBy(() -> TinyRun.trainer(data, out, kernels)
                        .initialModel(initialModel())
                        .build()
                        .run())
                .isInstanceOf(UserError.class)
                .hasMessageContaining("leave model.* out");
    }

    @Test
    void aContextLongerThanTheDataIsRefused() {
        assertThatThrownBy(() -> TinyRun.trainer(data, out, kernels)
                        .config(TinyRun.config()
                                .with("model.contextLength", 1 << 20)
                                .with("batch.microBatchTokens", 1 << 20)
                                .with("batch.batchTokens", 1 << 20))
                        .build()
                        .run())
                .isInstanceOf(UserError.class)
                .hasMessageContaining("longer than the data");
        assertThat(out).doesNotExist();
    }

    private TrainingResult stopAfter(int steps) throws IOException {
        Trainer[] trainer = new Trainer[1];
        trainer[0] = TinyRun.trainer(data, out, kernels)
                .listener(new TrainingListener() {
                    @Override
                    public void stepped(TrainingStep step) {
                        if (step.step() == steps) {
                            trainer[0].stop();
                        }
                    }
                })
                .build();
        return trainer[0].run();
    }

    private static LlamaModel initialModel() {
        try {
            SentencePieceTokenizer tokenizer = SentencePieceTokenizer.read(data.tokenizerFile());
            var config = TinyRun.config().model().resolve(tokenizer.vocabSize());
            return new LlamaModel(config, LlamaWeights.initialise(config, 1, kernels), tokenizer, kernels);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static TrainConfig withoutModel() {
        TrainConfig config = TinyRun.config();
        for (String key : List.of("dim", "layers", "heads", "kvHeads", "contextLength")) {
            config = config.with("model." + key, null);
        }
        return config;
    }

    private static float[] values(Tensor tensor) {
        float[] values = new float[(int) tensor.size()];
        kernels.read(tensor.buffer(), 0, values, 0, values.length);
        return values;
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }
}
