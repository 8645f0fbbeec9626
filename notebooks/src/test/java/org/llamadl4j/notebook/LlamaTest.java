package org.llamadl4j.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.llamadl4j.notebook.Llama.beginning;
import static org.llamadl4j.notebook.Llama.convert;
import static org.llamadl4j.notebook.Llama.files;
import static org.llamadl4j.notebook.Llama.generate;
import static org.llamadl4j.notebook.Llama.open;
import static org.llamadl4j.notebook.Llama.pieces;
import static org.llamadl4j.notebook.Llama.prepare;
import static org.llamadl4j.notebook.Llama.preset;
import static org.llamadl4j.notebook.Llama.sampling;
import static org.llamadl4j.notebook.Llama.save;
import static org.llamadl4j.notebook.Llama.sideBySide;
import static org.llamadl4j.notebook.Llama.stories;
import static org.llamadl4j.notebook.Llama.tensors;
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

class LlamaTest {

    @TempDir
    private static Path folder;

    private static TextCorpus text;
    private static LlamaModel model;

    @BeforeAll
    static void makeModel() {
        text = stories(0.05);
        model = training(preset("260k").withLayers(1).withContextLength(64), prepare(text, trainTokenizer(text, 320)))
                .model();
    }

    @Test
    void aModelIsSavedOpenedAndConverted() {
        String saved = folder.resolve("saved").toString();
        save(model, saved);
        assertThat(files(saved).toString()).contains("config.json", "model.safetensors", "tokenizer.model");
        String words = generate(model, "One day", 12, 0).continuation();
        assertThat(generate(open(saved), "One day", 12, 0).continuation()).isEqualTo(words);

        String gguf = folder.resolve("model.gguf").toString();
        convert(saved, gguf, "F32");
        assertThat(generate(open(gguf), "One day", 12, 0).continuation()).isEqualTo(words);
        convert(saved, gguf, "q8_0");
        assertThat(tensors(open(gguf)).toString())
                .containsPattern("layers.0.attention.wq.weight +\\[64, 64\\] +Q8_0 +4,096");
    }

    @Test
    void anUnknownTypeIsNamedWithThoseThatThereAre() {
        assertThatThrownBy(() -> convert("from", "to", "int4"))
                .isInstanceOf(UserError.class)
                .hasMessage("no type is called 'int4'; there are f32, f16, bf16 and q8_0");
    }

    @Test
    void waysToSampleStandSideBySide() {
        var table = sideBySide(
                model,
                "One",
                sampling().temperature(0).build(),
                sampling().topK(3).build());
        assertThat(table.rows())
                .extracting(row -> row.subList(0, 3))
                .containsExactly(List.of("0", "all", "1"), List.of("1", "3", "1"));
        assertThat(table.rows()).allSatisfy(row -> assertThat(row.get(3)).startsWith("One"));
    }

    @Test
    void aTextOfTheUsersIsReadAndItsBeginningShown(@TempDir Path own) throws IOException {
        Files.writeString(own.resolve("a.txt"), "A first line.\nA second.");
        assertThat(beginning(text(own.toString()), 7).text()).isEqualTo("A first \u2026");
    }

    @Test
    void piecesOfATextAreItsTokens() {
        String sentence = "One day, Lily found a kite.";
        assertThat(pieces(model.tokenizer(), sentence).ids())
                .hasSize(model.tokenizer().encode(sentence).length);
        assertThat(pieces(model.tokenizer(), sentence)
                        .toString()
                        .replace("|", "")
                        .replace('\u2581', ' ')
                        .strip())
                .isEqualTo(sentence);
    }

    @Test
    void storiesAreTheSameEachTime() {
        assertThat(beginning(stories(0.01), 500)).isEqualTo(beginning(text, 500));
    }
}
