package org.llamadl4j.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.llamadl4j.notebook.Llama.compare;
import static org.llamadl4j.notebook.Llama.evaluate;
import static org.llamadl4j.notebook.Llama.perplexity;
import static org.llamadl4j.notebook.Llama.prepare;
import static org.llamadl4j.notebook.Llama.preset;
import static org.llamadl4j.notebook.Llama.task;
import static org.llamadl4j.notebook.Llama.text;
import static org.llamadl4j.notebook.Llama.trainTokenizer;
import static org.llamadl4j.notebook.Llama.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.text.TextCorpus;

/** A model that has learnt four sentences by heart, and one that has learnt nothing. */
class ScoresTest {

    private static final List<String> COLOURS = List.of("blue", "green", "red", "white");

    private static final OwnTask RIGHT = task("colours")
            .ask("The sky is", COLOURS, "blue")
            .ask("The grass is", COLOURS, "green")
            .ask("The rose is", COLOURS, "red")
            .ask("The snow is", COLOURS, "white");

    private static final OwnTask WRONG = task("colours").ask("The sky is", COLOURS, "red");

    @TempDir
    private static Path folder;

    private static TextCorpus sentences;
    private static LlamaModel untrained;
    private static LlamaModel trained;

    @BeforeAll
    static void learn() throws IOException {
        for (int i = 0; i < 400; i++) {
            OwnTask.Item item = RIGHT.questions().get(i % 4);
            Files.writeString(folder.resolve(i + ".txt"), item.prompt() + " " + item.right() + ".");
        }
        sentences = text(folder.toString());
        var data = prepare(sentences, trainTokenizer(sentences, 300));
        var sizes = preset("260k").withLayers(1).withContextLength(32);
        String[] settings = {
            "schedule.steps=100", "batch.microBatchTokens=128", "batch.batchTokens=128", "optimizer.learningRate=5e-3"
        };
        untrained = training(sizes, data, settings).model();
        TrainingRun run = training(sizes, data, settings);
        run.train();
        trained = run.model();
    }

    @Test
    void whoKnowsTheAnswersScoresOneAndWhoIsAskedForWrongOnesZero() {
        assertThat(accuracy(evaluate(trained, RIGHT))).isEqualTo(1);
        assertThat(accuracy(evaluate(trained, WRONG))).isZero();
    }

    @Test
    void answersStandBesideWhatWouldBeRight() {
        assertThat(evaluate(trained, WRONG).answers(3).rows()).containsExactly(List.of("colours", "1", "red", "blue"));
    }

    @Test
    void aBenchmarkOfThePaperStandsInItsTable(@TempDir Path data) throws IOException {
        Files.writeString(data.resolve("arc_easy.jsonl"), """
                {"query": "Question: What is the sky?", "choices": ["blue", "red"], "gold": 0}
                {"query": "Question: What is the snow?", "choices": ["white", "red"], "gold": 0}
                """);
        Scores scores = evaluate(trained, data.toString(), 1, RIGHT);
        assertThat(scores.toString())
                .contains("ARC easy")
                .contains("72.8")
                .contains("colours")
                .doesNotContain("PIQA");
        assertThat(scores.paperTable().toString()).contains("ARC easy", "PIQA", "79.8", "this model");
        assertThat(scores.all().rows()).anySatisfy(row -> assertThat(row).startsWith("arc_easy", "paper"));
        assertThat(scores.result().tasks().get(0).samples()).hasSize(1);
    }

    @Test
    void aModelIsAsGoodAsItself() {
        Scores scores = evaluate(trained, RIGHT);
        assertThat(compare(scores, scores).rows())
                .allSatisfy(row -> assertThat(row).contains("+0.0000", "1.0000", "mcnemar"));
    }

    @Test
    void perplexityFallsToTheChoiceThatTheTextLeaves() {
        assertThat(perplexity(untrained, sentences).natsPerToken()).isCloseTo(Math.log(300), within(0.5));
        // One of four subjects has to be guessed, once in a sentence of several tokens.
        double nats = perplexity(trained, sentences).nats() / 400;
        assertThat(nats).isBetween(Math.log(4) - 0.01, Math.log(4) + 0.3);
    }

    @Test
    void whatCannotBeAskedIsRefusedInTheUsersWords(@TempDir Path empty) {
        assertThatThrownBy(() -> RIGHT.ask("The sea is", COLOURS, "wet"))
                .isInstanceOf(UserError.class)
                .hasMessage("the right answer 'wet' is not among the answers [blue, green, red, white]");
        assertThatThrownBy(() -> task("My task")).isInstanceOf(UserError.class).hasMessageContaining("'My task'");
        assertThatThrownBy(() -> evaluate(trained, task("empty")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("has no questions");
        assertThatThrownBy(() -> evaluate(trained, "no-such-folder", 1))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no-such-folder is no folder");
        assertThatThrownBy(() -> evaluate(trained, empty.toString(), 1))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no file of any benchmark");
    }

    private static double accuracy(Scores scores) {
        return scores.result().tasks().get(0).scores().get(0).estimate().value();
    }
}
