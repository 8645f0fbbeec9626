package org.llamadl4j.model.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.llamadl4j.model.text.Documents.read;
import static org.llamadl4j.model.text.Documents.readPassages;
import static org.llamadl4j.model.text.Documents.write;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llamadl4j.model.error.UserError;

class JsonLinesReaderTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path dir;

    @Property(tries = 200)
    void whatJacksonWritesIsReadBack(@ForAll("texts") List<String> texts, @ForAll boolean escaped) throws IOException {
        ObjectWriter writer = escaped
                ? JSON.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII.mappedFeature())
                : JSON.writer().without(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        StringBuilder lines = new StringBuilder();
        for (String text : texts) {
            lines.append(writer.writeValueAsString(
                            Map.of("text", text, "meta", Map.of("text", List.of(1, -2.5e-7, "x\n\"")), "id", text)))
                    .append('\n');
        }
        Path file = Files.createTempFile("lines", ".jsonl");
        try {
            write(file, lines + "{\"text\":\"end\"}");
            List<String> expected = new ArrayList<>(texts);
            expected.removeIf(String::isEmpty);
            expected.add("end");
            assertThat(read(file)).isEqualTo(expected);
        } finally {
            Files.delete(file);
        }
    }

    @Property(tries = 500)
    void aLineWithOneCharacterChangedIsJudgedAsJacksonJudgesIt(@ForAll("changes") Change change) throws IOException {
        String sound = "{\"n\": [1.5e3, {}, null, \"\\u00e9\"], \"text\": \"a\\nb\", \"meta\": {\"x\": true}}";
        String line = sound.substring(0, change.at) + change.with + sound.substring(change.at + 1);
        String expected = textByJackson(line);
        Path file = Files.createTempFile("change", ".jsonl");
        try {
            write(file, line);
            if (expected == null) {
                assertThatThrownBy(() -> read(file)).as(line).isInstanceOf(UserError.class);
            } else {
                assertThat(read(file)).as(line).isEqualTo(expected.isEmpty() ? List.of() : List.of(expected));
            }
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void aLineOfAnyLengthIsReadInPassages() {
        String text = "\uD83D\uDE00 word\t".repeat(40_000);
        Path file = write(dir.resolve("long.jsonl"), "{\"text\": \"" + text.replace("\t", "\\t") + "\"}");
        List<String> passages = readPassages(false, file).get(0);
        assertThat(String.join("", passages)).isEqualTo(text);
        assertThat(passages)
                .allMatch(passage -> passage.length() <= PassageBuffer.CAPACITY
                        && !passage.isEmpty()
                        && !Character.isLowSurrogate(passage.charAt(0)));
    }

    @Test
    void aDocumentMayBeLeftBeforeItsEnd() throws IOException {
        Path file = write(
                dir.resolve("a.jsonl"), "{\"text\": \"" + "a".repeat(300_000) + "\"}\n{\"text\": \"b\", \"x\": 1}");
        try (DocumentReader reader = TextCorpus.find(List.of(file)).open(false)) {
            assertThat(reader.nextDocument()).isTrue();
            assertThat(reader.nextPassage()).startsWith("aaa");
            assertThat(reader.nextDocument()).isTrue();
            assertThat(reader.source()).isEqualTo(file + ", line 2");
            assertThat(reader.nextPassage()).isEqualTo("b");
            assertThat(reader.nextPassage()).isNull();
            assertThat(reader.nextPassage()).isNull();
            assertThat(reader.nextDocument()).isFalse();
        }
    }

    @Test
    void emptyLinesEmptyTextsWindowsLineEndsAndAByteOrderMarkAreNoObstacle() {
        String lines = "\uFEFF{\"text\": \"a\"}\r\n\r\n  \n{\"text\": \"\"}\n{ \"id\" : NaN , \"text\" : \"b\" } \r\n";
        assertThat(read(write(dir.resolve("a.jsonl"), lines))).containsExactly("a", "b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"text\": \"cut",
                "{\"text\": \"cut\"",
                "{\"text\": 1}",
                "{\"text\": null}",
                "{\"body\": \"x\"}",
                "{}",
                "[]",
                "\"text\"",
                "{\"text\": \"a\"} {\"text\": \"b\"}",
                "{\"text\": \"a\", \"text\": \"b\"}",
                "{\"text\": \"a\", }",
                "{\"text\": \"a\", \"n\": 01}",
                "{\"text\": \"a\tb\"}",
                "{\"text\": \"a\\x\"}",
                "{\"text\": \"\\u12g4\"}",
                "{'text': 'a'}",
                "plain text"
            })
    void aBrokenLineIsNamedWithFileAndNumber(String line) {
        Path file = write(dir.resolve("a.jsonl"), "{\"text\": \"good\"}\n\n" + line + "\n{\"text\": \"good\"}\n");
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(file + ", line 3: not a JSON object like");
    }

    @Test
    void aMissingFieldIsNamed() {
        Path file = write(dir.resolve("a.jsonl"), "{\"body\": \"x\"}");
        assertThatThrownBy(() -> read(file)).hasMessageContaining("no field `text`");
    }

    @Test
    void endlessNestingIsRefused() {
        Path file = write(dir.resolve("a.jsonl"), "{\"a\": " + "[".repeat(100_000));
        assertThatThrownBy(() -> read(file)).isInstanceOf(UserError.class).hasMessageContaining("nested deeper");
    }

    @Test
    void invalidBytesAreNamedWithLineAndUnpackedOffset() {
        byte[] bytes = "{\"text\": \"one\"}\n{\"text\": \"t?o\"}\n".getBytes(StandardCharsets.UTF_8);
        bytes[27] = (byte) 0xFF;
        Path file = write(dir.resolve("a.jsonl.zst"), Zstd.compress(bytes));
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(file + ", line 2: byte 27 is not valid UTF-8");
        assertThat(read(true, file)).containsExactly("one", "t\uFFFDo");
    }

    @Test
    void halfASurrogatePairIsNoCharacter() {
        for (String half : List.of("\\ud83d", "\\ude00", "\\ud83d\\ud83d", "\\ud83d\\n", "\\ud83d\uD83D\uDE00")) {
            Path file = write(dir.resolve("a.jsonl"), "{\"text\": \"a" + half + "b\"}");
            assertThatThrownBy(() -> read(file))
                    .isInstanceOf(UserError.class)
                    .hasMessageStartingWith(file + ", line 1: the escape");
            assertThat(read(true, file).get(0)).startsWith("a\uFFFD").endsWith("b");
        }
        Path pair = write(dir.resolve("pair.jsonl"), "{\"text\": \"\\uD83d\\ude00\"}");
        assertThat(read(pair)).containsExactly("\uD83D\uDE00");
    }

    private record Change(int at, String with) {}

    @Provide
    Arbitrary<Change> changes() {
        Arbitrary<String> with = Arbitraries.of(
                "", "\"", "{", "}", "[", "]", ",", ":", "\\", "1", "-", ".", "e", " ", "\t", "u", "t", "n", "\u0000");
        return Arbitraries.integers().between(0, 66).flatMap(at -> with.map(w -> new Change(at, w)));
    }

    @Provide
    Arbitrary<List<String>> texts() {
        return Arbitraries.strings()
                .all()
                .ofMaxLength(60)
                .map(text -> text.replaceAll("[\\uD800-\\uDFFF]", "\uD83D\uDE00"))
                .list()
                .ofMaxSize(5);
    }

    /** The text, or null where the line is no JSON object with one. */
    private static String textByJackson(String line) {
        try {
            JsonNode node = JSON.reader()
                    .with(com.fasterxml.jackson.core.JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .with(com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .readTree(line);
            return node.isObject() && node.path("text").isTextual()
                    ? node.get("text").textValue()
                    : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }
}
