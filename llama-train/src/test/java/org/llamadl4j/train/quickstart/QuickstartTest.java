package org.llamadl4j.train.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.checkpoint.HuggingFaceFolder;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Precision;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.tokenizer.BpeTrainer;
import org.llamadl4j.model.tokenizer.Tokenizer;
import org.llamadl4j.train.data.TokenDataset;
import org.llamadl4j.train.quickstart.story.Story;
import org.llamadl4j.train.quickstart.story.StoryGrammar;

/** A whole quickstart in the smallest setting, and what is left behind. */
class QuickstartTest {

    private static final int STEPS = 4;

    @TempDir
    static Path temporary;

    private static Kernels kernels;
    private static QuickstartResult result;

    @BeforeAll
    static void run() throws Exception {
        kernels = CpuKernels.create(2);
        result = quickstart(temporary.resolve("first")).run().orElseThrow();
    }

    @AfterAll
    static void close() {
        kernels.close();
    }

    @Test
    void itLeavesAModelThatOpensLikeAnyOther() throws IOException {
        assertThat(result.modelFolder()).isEqualTo(temporary.resolve("first/run/model"));
        assertThat(HuggingFaceFolder.readConfig(result.modelFolder())).isEqualTo(result.model());
        assertThat(result.model().parameterCount()).isEqualTo(model().parameterCount());
    }

    @Test
    void itLeavesStoriesTokenizerAndDataset() throws IOException {
        Path folder = temporary.resolve("first");
        List<String> training = texts(folder.resolve("stories/train.jsonl"));
        List<String> heldOut = texts(folder.resolve("stories/held-out.jsonl"));

        assertThat(training).hasSize(result.files().trainingStories()).doesNotContainAnyElementsOf(heldOut);
        assertThat(heldOut).hasSize(recipe().heldOutStories());
        TokenDataset data = TokenDataset.open(folder.resolve("data"));
        assertThat(data.validation().documents()).isEqualTo(heldOut.size());
        assertThat(data.train().textBytes()).isEqualTo(result.files().trainingBytes());
        assertThat(data.tokenizerFile()).hasSameBinaryContentAs(folder.resolve("tokenizer.model"));
    }

    @Test
    void theFloorIsThatOfTheHeldOutStories() throws IOException {
        double nats = 0;
        long bytes = 0;
        for (String line : Files.readAllLines(temporary.resolve("first/stories/held-out.jsonl"))) {
            JsonNode story = new JsonMapper().readTree(line);
            nats += story.get("nats").asDouble();
            bytes += story.get("text").asText().getBytes(StandardCharsets.UTF_8).length;
        }

        assertThat(result.floor().natsPerByte()).isCloseTo(nats / bytes, within(1e-12));
        assertThat(result.ratio())
                .isEqualTo(result.loss() / result.floor().natsPerByte())
                .isGreaterThan(1);
    }

    @Test
    void itLearns() {
        List<LossCurve.Point> heldOut = result.curve().getHeldOut();

        assertThat(result.curve().getSteps()).isEqualTo(STEPS);
        assertThat(heldOut.get(heldOut.size() - 1).natsPerByte()).isEqualTo(result.loss());
        assertThat(result.loss()).isLessThan(result.curve().getTraining().get(0).natsPerByte());
    }

    @Test
    void theReportSaysWhatWasReachedAndWhatToTypeNext() throws IOException {
        String report = Files.readString(result.report());

        assertThat(report)
                .contains(String.format(Locale.ROOT, "<b>%.3f</b>", result.ratio()))
                .contains(
                        String.format(Locale.ROOT, "<b>%.4f</b>", result.floor().natsPerByte()))
                .contains(String.format(Locale.ROOT, "%,d", result.model().parameterCount()))
                .contains("./llama generate " + result.modelFolder())
                .contains("./llama train --data " + temporary.resolve("first/data"))
                .contains("<svg")
                .contains("prefers-color-scheme: dark");
        result.stages().forEach(stage -> assertThat(report).contains(stage.name()));
        assertThat(result.stages()).hasSize(6);
        assertThat(result.summary()).contains(result.report().toString(), "× the floor".replace("×", "x"));
    }

    @Test
    void reportAndPictureAreWellFormedAndNeedNoOtherFile() throws Exception {
        for (Path file : List.of(result.report(), temporary.resolve("first/loss.svg"))) {
            String content = Files.readString(file);
            DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)));
            assertThat(content.replace("http://www.w3.org/2000/svg", ""))
                    .doesNotContain("http:", "https:", "src=", "@import", "url(", "NaN", "Infinity");
        }
    }

    @Test
    void theSeedDecidesTheStories() throws IOException {
        StoryGrammar grammar = StoryGrammar.load();
        Path one =
                StoryFiles.write(grammar, recipe(), 1, temporary.resolve("one")).training();
        Path again = StoryFiles.write(grammar, recipe(), 1, temporary.resolve("again"))
                .training();
        Path other = StoryFiles.write(grammar, recipe(), 2, temporary.resolve("other"))
                .training();

        assertThat(one)
                .hasSameBinaryContentAs(again)
                .hasSameBinaryContentAs(result.files().training());
        assertThat(Files.readString(one)).isNotEqualTo(Files.readString(other));
    }

    @Test
    void aFolderThatIsNotEmptyIsLeftAsItIs() throws IOException {
        Path folder = Files.createDirectory(temporary.resolve("full"));
        Files.writeString(folder.resolve("thesis.txt"), "years of work");

        assertThatThrownBy(() -> quickstart(folder).run())
                .isInstanceOf(UserError.class)
                .hasMessageContaining(folder + " is not empty");

        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(folder.resolve("thesis.txt"));
        }
    }

    @Test
    void stoppedItGivesNoResult() throws IOException {
        Quickstart quickstart = quickstart(temporary.resolve("stopped"));
        quickstart.stop();

        assertThat(quickstart.run()).isEmpty();
    }

    /** A model that knows nothing pays ln V for every token and for the EOS. */
    @Test
    void theLossCountsEachTokenOfAStoryAndItsEnd() {
        List<Story> stories = StoryGrammar.load().stories(3).limit(11).toList();
        Tokenizer tokenizer = BpeTrainer.builder()
                .vocabSize(400)
                .build()
                .train(stories.stream().map(Story::text).collect(Collectors.toList()));
        LlamaConfig config = model().withVocabSize(400);
        LlamaModel model = new LlamaModel(config, LlamaWeights.zeros(config, kernels), tokenizer, kernels);

        double loss = new StoryLoss(model, stories).natsPerByte(9);

        long tokens = stories.stream()
                .limit(9)
                .mapToInt(story -> tokenizer.encode(story.text()).length + 1)
                .sum();
        long bytes = stories.stream().limit(9).mapToInt(Story::bytes).sum();
        assertThat(loss).isCloseTo(tokens * Math.log(400) / bytes, within(1e-5));
    }

    @Test
    void theCommandThatIsShownSetsWhatTheRunUses() {
        Recipe recipe = Recipe.forMinutes(7, 5, 2, Precision.BFLOAT16);

        assertThat(recipe.arguments())
                .contains("--set schedule.minutes=7.0", "--set seed=5", "--set threads=2", "--set precision=BFLOAT16");
        assertThat(recipe.config().schedule().minutes()).isEqualTo(7);
        assertThat(recipe.configWithoutSizes().model().dim()).isNull();
        assertThat(Recipe.forMinutes(7, 1, 0, Precision.AUTO).arguments())
                .noneMatch(argument -> argument.contains("seed"));
        assertThat(Set.copyOf(recipe.config().values().keySet()))
                .containsAll(recipe.settings().keySet());
    }

    private static Quickstart quickstart(Path out) {
        return Quickstart.builder()
                .out(out)
                .recipe(recipe())
                .seed(1)
                .kernels(kernels)
                .build();
    }

    private static LlamaConfig model() {
        return recipe().config().model().resolve(recipe().vocabSize());
    }

    private static Recipe recipe() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("model.dim", 16);
        settings.put("model.layers", 1);
        settings.put("model.heads", 2);
        settings.put("model.contextLength", 512);
        settings.put("optimizer.learningRate", 1e-2);
        settings.put("batch.microBatchTokens", 1024);
        settings.put("batch.batchTokens", 1024);
        settings.put("schedule.steps", STEPS);
        return new Recipe(60_000, 12, 400, settings, 4, 2);
    }

    private static List<String> texts(Path file) throws IOException {
        JsonMapper json = new JsonMapper();
        return Files.readAllLines(file).stream()
                .map(line -> {
                    try {
                        return json.readTree(line).get("text").asText();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
    }
}
