package org.llamadl4j.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.config.RopeScaling;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.ActivationPolicy;

class TrainConfigTest {

    @TempDir
    private Path folder;

    @Test
    void defaultsAreTheRecipeOfThePaper() {
        TrainConfig config = TrainConfig.defaults();

        assertThat(config.optimizer().beta1()).isEqualTo(0.9);
        assertThat(config.optimizer().beta2()).isEqualTo(0.95);
        assertThat(config.optimizer().weightDecay()).isEqualTo(0.1);
        assertThat(config.optimizer().clipNorm()).isEqualTo(1.0);
        assertThat(config.schedule().warmupSteps()).isEqualTo(2000);
        assertThat(config.schedule().finalLearningRateShare()).isEqualTo(0.1);
        assertThat(config.activationPolicy()).isEqualTo(ActivationPolicy.SAVE_LINEAR);
    }

    @ParameterizedTest
    @CsvSource({"7b, 3e-4", "13b, 3e-4", "33b, 1.5e-4", "65b, 1.5e-4", "15m, 1e-3"})
    void learningRateFollowsFromTheSizeWhereItIsLeftOut(String preset, double learningRate) {
        LlamaConfig model = LlamaConfig.preset(preset);
        TrainConfig defaults = TrainConfig.defaults();

        assertThat(defaults.resolve(model).optimizer().learningRate()).isEqualTo(learningRate);
        assertThat(defaults.with("optimizer.learningRate", 0.5)
                        .resolve(model)
                        .optimizer()
                        .learningRate())
                .isEqualTo(0.5);
    }

    @Test
    void keysOfAFileChangeTheDefaults() throws IOException {
        TrainConfig config = TrainConfig.read(file("""
                model:
                  preset: 260k
                  tiedEmbeddings: true
                schedule:
                  steps: 1_000
                batch: { sequenceLength: 128 }
                activationPolicy: recompute-layer
                seed: 9007199254740993
                """));

        assertThat(config)
                .isEqualTo(TrainConfig.defaults()
                        .with("model.preset", "260k")
                        .with("model.tiedEmbeddings", true)
                        .with("schedule.steps", 1000)
                        .with("batch.sequenceLength=128")
                        .with("activationPolicy", ActivationPolicy.RECOMPUTE_LAYER)
                        .with("seed", 9007199254740993L));
        assertThat(config.seed()).isEqualTo(9007199254740993L);
        assertThat(config.model().resolve(512))
                .isEqualTo(LlamaConfig.preset("260k").withTiedEmbeddings(true));
    }

    @Test
    void anEmptyFileOrSectionIsTheDefaults() throws IOException {
        assertThat(TrainConfig.read(file(""))).isEqualTo(TrainConfig.defaults());
        assertThat(TrainConfig.read(file("optimizer:\n# nothing\nseed: 1\n"))).isEqualTo(TrainConfig.defaults());
    }

    @Test
    void sizesWithoutAPresetFollowThePaper() {
        TrainConfig config = TrainConfig.defaults()
                .with("model.dim", 4096)
                .with("model.layers", 32)
                .with("model.heads", 32)
                .with("model.contextLength", 2048);

        assertThat(config.model().resolve(32000)).isEqualTo(LlamaConfig.preset("7b"));
    }

    @Test
    void sizeOfHeadsAndScalingCanBeSet() {
        LlamaConfig model = TrainConfig.defaults()
                .with("model.preset", "260k")
                .with("model.headDim", 12)
                .with("model.ropeScaling", "llama3:8:1:4:8192")
                .model()
                .resolve(512);
        assertThat(model)
                .isEqualTo(LlamaConfig.preset("260k")
                        .withHeadDim(12)
                        .withRopeScaling(new RopeScaling.Llama3(8, 1, 4, 8192)));
        assertThat(TrainConfig.defaults().with(model).model().resolve(512)).isEqualTo(model);
        TrainConfig wrong = TrainConfig.defaults().with("model.preset", "260k").with("model.ropeScaling", "yarn");
        assertThatThrownBy(() -> wrong.model().resolve(512))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("linear:FACTOR");
    }

    @Test
    void theModelMustHaveASize() {
        assertThatThrownBy(() ->
                        TrainConfig.defaults().with("model.dim", 64).model().resolve(512))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("model.preset (260k, 1m")
                .hasMessageContaining("model.layers");
    }

    @ParameterizedTest
    @CsvSource({
        "optimizer.learningrate, optimizer.learningRate",
        "optimiser.beta1, optimizer.beta1",
        "learningRate, optimizer.learningRate",
        "batch.seqLength, batch.sequenceLength",
        "stepz, schedule.steps",
        "sed, seed"
    })
    void anUnknownKeyNamesTheNearest(String key, String nearest) {
        assertThatThrownBy(() -> TrainConfig.defaults().with(key, 1))
                .isInstanceOfSatisfying(
                        UserError.class,
                        error -> assertThat(error.getExitStatus()).isEqualTo(2))
                .hasMessage("%s is no configuration key; the nearest is %s", key, nearest);
    }

    @Test
    void anUnknownKeyOfAFileIsNamedWithTheFile() throws IOException {
        Path file = file("optimiser:\n  beta1: 0.8\n");

        assertThatThrownBy(() -> TrainConfig.read(file))
                .isInstanceOf(UserError.class)
                .hasMessage("%s: optimiser.beta1 is no configuration key; the nearest is optimizer.beta1", file);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "optimizer.beta1=1|a number, at least 0 and less than 1",
                "optimizer.beta1=-0.1|a number, at least 0 and less than 1",
                "optimizer.beta1=high|a number, at least 0 and less than 1",
                "optimizer.epsilon=0|a number, more than 0 and at most 1",
                "optimizer.learningRate=NaN|a number, more than 0 and at most 1",
                "optimizer.clipNorm=Infinity|a number, more than 0",
                "schedule.steps=1.5|a whole number, at least 1",
                "schedule.steps=3000000000|a whole number, at least 1",
                "batch.batchTokens=|a whole number, at least 1",
                "ui=yes|true or false",
                "activationPolicy=SAVE_NOTHING|SAVE_LINEAR, SAVE_ALL, RECOMPUTE_LAYER"
            })
    void aWrongValueSaysWhatIsAllowed(String example) {
        String assignment = example.substring(0, example.indexOf('|'));
        String key = assignment.substring(0, assignment.indexOf('='));

        assertThatThrownBy(() -> TrainConfig.defaults().with(assignment))
                .isInstanceOfSatisfying(
                        UserError.class,
                        error -> assertThat(error.getExitStatus()).isEqualTo(2))
                .hasMessageStartingWith(key + " is ")
                .hasMessageEndingWith("; allowed: " + example.substring(example.indexOf('|') + 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"seed: [1, 2]", "seed: {a: 1}", "optimizer: 3", "- seed", "seed: 1\nseed: 2", "a: 'b"})
    void aFileOfAnotherShapeIsRefused(String yaml) throws IOException {
        Path file = file(yaml);

        assertThatThrownBy(() -> TrainConfig.read(file))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> TrainConfig.read(folder.resolve("absent.yaml")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("absent.yaml");
    }

    @Test
    void anAssignmentHasAnEqualsSign() {
        assertThatThrownBy(() -> TrainConfig.defaults().with("seed"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("key=value");
    }

    @Test
    void sizesThatDoNotDivideAreNamedWithTheNearestThatDo() {
        LlamaConfig model = LlamaConfig.preset("260k");
        TrainConfig defaults = TrainConfig.defaults();

        assertThatThrownBy(() -> defaults.with("batch.batchTokens", 10000).resolve(model))
                .hasMessage("batch.batchTokens is 10000, which is not a multiple of batch.microBatchTokens (4096);"
                        + " nearest: 8192 and 12288");
        assertThatThrownBy(() -> defaults.with("batch.microBatchTokens", 100).resolve(model))
                .hasMessage("batch.microBatchTokens is 100, which is not a multiple of batch.sequenceLength (512);"
                        + " nearest: 512");
        assertThatThrownBy(() -> defaults.with("batch.sequenceLength", 1024).resolve(model))
                .hasMessageContaining("batch.sequenceLength is 1024")
                .hasMessageContaining("contextLength is 512");
    }

    @Test
    void warmUpIsCutToAShareOfAShortRun() {
        TrainConfig.Schedule schedule = TrainConfig.defaults().schedule();

        assertThat(schedule.warmupSteps(100_000)).isEqualTo(2000);
        assertThat(schedule.warmupSteps(500)).isEqualTo(50);
        assertThat(schedule.warmupSteps(5)).isZero();
    }

    @Test
    void aBatchIsCountedInPassesAndSequences() {
        TrainConfig.Batch batch = new TrainConfig.Batch(256, 1024, 4096);

        assertThat(batch.microBatchSequences()).isEqualTo(4);
        assertThat(batch.microBatches()).isEqualTo(4);
    }

    @Test
    void theShippedConfigurationsAreWhole() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("../configs"))) {
            assertThat(files.filter(file -> file.toString().endsWith(".yaml")))
                    .isNotEmpty()
                    .allSatisfy(file -> {
                        TrainConfig config = TrainConfig.read(file);
                        assertThat(config.resolve(config.model().resolve(1024))).isNotNull();
                    });
        }
    }

    private Path file(String yaml) throws IOException {
        return Files.writeString(folder.resolve("run.yaml"), yaml);
    }
}
