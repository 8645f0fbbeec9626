package org.llamadl4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.llamadl4j.model.error.UserError;

/** A {@code tokenizer.json} that cannot be followed exactly is refused by the name of what cannot. */
class TokenizerJsonRefusalTest {

    @TempDir
    Path folder;

    private static ObjectNode object(ObjectNode json, String pointer) {
        return (ObjectNode) json.at(pointer);
    }

    private static void put(ObjectNode json, String pointer, String key, String value) {
        object(json, pointer).set(key, TokenizerJsonFiles.parse(value));
    }

    private static Arguments byteLevel(String message, String pointer, String key, String value) {
        return arguments(message, (Consumer<ObjectNode>) json -> put(json, pointer, key, value));
    }

    static Stream<Arguments> byteLevelParts() {
        int first = SmallByteLevel.tokens().size();
        return Stream.of(
                byteLevel("normalizer", "", "normalizer", "{\"type\":\"NFC\"}"),
                byteLevel("pre_tokenizer", "", "pre_tokenizer", "null"),
                byteLevel("pre_tokenizer", "", "pre_tokenizer", "{\"type\":\"ByteLevel\",\"use_regex\":true}"),
                byteLevel("pre_tokenizer", "/pre_tokenizer/pretokenizers/0", "type", "\"Digits\""),
                byteLevel("Split.pattern", "/pre_tokenizer/pretokenizers/0/pattern", "Regex", "\"\\\\s+\""),
                byteLevel("Split", "/pre_tokenizer/pretokenizers/0", "behavior", "\"Removed\""),
                byteLevel("Split", "/pre_tokenizer/pretokenizers/0", "invert", "true"),
                byteLevel("ByteLevel", "/pre_tokenizer/pretokenizers/1", "add_prefix_space", "true"),
                byteLevel("ByteLevel", "/pre_tokenizer/pretokenizers/1", "use_regex", "true"),
                byteLevel("decoder", "", "decoder", "{\"type\":\"WordPiece\"}"),
                byteLevel("post_processor", "", "post_processor", "{\"type\":\"BertProcessing\"}"),
                byteLevel("post_processor", "/post_processor/processors/1", "single", "[]"),
                byteLevel(
                        "post_processor",
                        "/post_processor/processors/1",
                        "single",
                        "[{\"Sequence\":{\"id\":\"A\"}},{\"SpecialToken\":{\"id\":\"<|begin_of_text|>\"}}]"),
                byteLevel(
                        "post_processor",
                        "/post_processor/processors/1/special_tokens/<|begin_of_text|>",
                        "ids",
                        "[7]"),
                byteLevel("model.type", "/model", "type", "\"Unigram\""),
                byteLevel("model.dropout", "/model", "dropout", "0.1"),
                byteLevel("model.continuing_subword_prefix", "/model", "continuing_subword_prefix", "\"##\""),
                byteLevel("model.end_of_word_suffix", "/model", "end_of_word_suffix", "\"</w>\""),
                byteLevel("model.ignore_merges", "/model", "ignore_merges", "\"maybe\""),
                byteLevel("model.new_setting", "/model", "new_setting", "true"),
                byteLevel("model.vocab", "/model", "vocab", "{}"),
                byteLevel("model.vocab", "/model", "vocab", "[]"),
                arguments("no token for the byte 0x20", (Consumer<ObjectNode>) json -> {
                    ObjectNode vocabulary = object(json, "/model/vocab");
                    vocabulary.put("xyz", vocabulary.remove("Ġ").asInt());
                    put(json, "/model", "merges", "[]");
                }),
                byteLevel("model.vocab", "/model/vocab", "x y", "1000000"),
                byteLevel("model.vocab", "/model/vocab", "xyz", "-1"),
                byteLevel("model.vocab", "/model/vocab", "xyz", "4294967296"),
                byteLevel("model.vocab", "/model/vocab", "xyz", "\"5\""),
                byteLevel("model.vocab has the id 5", "/model/vocab", "xyz", "5"),
                byteLevel("does not spell bytes", "/model/vocab", "中", Integer.toString(first + 5)),
                byteLevel("merge 0", "/model", "merges", "[\"x\"]"),
                byteLevel("merge 0", "/model", "merges", "[\"x y z\"]"),
                byteLevel("merge 0", "/model", "merges", "[\"x unknown\"]"),
                byteLevel("merge 0", "/model", "merges", "[\"% %\"]"),
                byteLevel("merge 1", "/model", "merges", "[\"t h\",\"t h\"]"),
                byteLevel("line", "/model", "merges", "[[\"t\"]]"),
                byteLevel("line", "/model", "merges", "[[\"t\",\"h\",\"e\"]]"),
                byteLevel("line", "/model", "merges", "[17]"),
                byteLevel("added_tokens", "", "added_tokens", "{\"a\":1}"),
                byteLevel("added_tokens", "/added_tokens/1", "lstrip", "true"),
                byteLevel("added_tokens", "/added_tokens/1", "rstrip", "true"),
                byteLevel("added_tokens", "/added_tokens/1", "single_word", "true"),
                byteLevel("added_tokens", "/added_tokens/1", "special", "\"yes\""),
                byteLevel("added_tokens", "/added_tokens/1", "content", "\"\""),
                byteLevel("added_tokens", "/added_tokens/1", "content", "\"\\ud800\""),
                byteLevel("added_tokens", "/added_tokens/1", "content", "\"<|begin_of_text|>\""),
                byteLevel("added_tokens", "/added_tokens/1", "id", "-3"),
                byteLevel("has the id", "/added_tokens/1", "id", "3"),
                byteLevel("has the id", "/added_tokens/1", "id", "123456"),
                arguments("bos_token", (Consumer<ObjectNode>) json -> {
                    json.putNull("post_processor");
                    ((ArrayNode) json.get("added_tokens")).remove(0);
                    object(json, "/added_tokens/3").put("id", first);
                }));
    }

    @ParameterizedTest
    @MethodSource("byteLevelParts")
    void partsThatLlama3DoesNotHave(String message, Consumer<ObjectNode> change) throws IOException {
        ObjectNode json = SmallByteLevel.json();
        change.accept(json);
        assertRefused(json, message);
    }

    static Stream<Arguments> sentencePieceParts() {
        return Stream.of(
                byteLevel("normalizer", "", "normalizer", "null"),
                byteLevel("normalizer", "/normalizer/normalizers/0", "prepend", "\"_\""),
                byteLevel("normalizer", "/normalizer/normalizers/1", "content", "\"_\""),
                byteLevel("normalizer", "", "normalizer", "{\"type\":\"NFKC\"}"),
                byteLevel(
                        "pre_tokenizer", "", "pre_tokenizer", "{\"type\":\"Metaspace\",\"prepend_scheme\":\"first\"}"),
                byteLevel("decoder", "", "decoder", "null"),
                byteLevel("decoder", "/decoder/decoders/0", "content", "\"_\""),
                byteLevel("decoder", "/decoder/decoders/3", "start", "2"),
                byteLevel("decoder", "/decoder", "decoders", "[]"),
                byteLevel("post_processor", "", "post_processor", "{\"type\":\"RobertaProcessing\"}"),
                byteLevel("model.byte_fallback", "/model", "byte_fallback", "false"),
                byteLevel("model.ignore_merges", "/model", "ignore_merges", "true"),
                byteLevel("model.unk_token", "/model", "unk_token", "null"),
                byteLevel("model.unk_token", "/model", "unk_token", "\"<nothing>\""),
                byteLevel("merge 0", "/model", "merges", "[\"<s> t\"]"),
                arguments(
                        "has no </s>", (Consumer<ObjectNode>) json -> ((ArrayNode) json.get("added_tokens")).remove(2)),
                arguments("pieces for bytes", (Consumer<ObjectNode>) json -> {
                    object(json, "/model/vocab").remove("<0x00>");
                    object(json, "/model/vocab").put("zzz", 3);
                }),
                arguments("normalized", (Consumer<ObjectNode>)
                        json -> TokenizerJsonFiles.addToken(json, 340, "[PAD]", false, true)));
    }

    @ParameterizedTest
    @MethodSource("sentencePieceParts")
    void partsThatLlama2DoesNotHave(String message, Consumer<ObjectNode> change) throws IOException {
        SentencePieceModel model = TrainedModels.small().model();
        ObjectNode json = TokenizerJsonFiles.sentencePiece(
                model.pieces(), TokenizerJsonFiles.mergesOfScores(model.pieces(), false));
        change.accept(json);
        assertRefused(json, message);
    }

    private void assertRefused(ObjectNode json, String message) throws IOException {
        Path file = TokenizerJsonFiles.write(folder.resolve("tokenizer.json"), json);
        assertThatThrownBy(() -> TokenizerFile.read(file))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(file.toString(), message);
    }

    @Test
    void whatIsNoJsonIsRefusedWithItsPlace() throws IOException {
        String valid = SmallByteLevel.json().toString();
        assertRefused(valid.substring(0, valid.length() / 2), "line 1, column");
        assertRefused(valid + "x", "is not valid JSON");
        assertRefused(valid + "{}", "more behind");
        assertRefused("[]", "is no object");
        assertRefused("{\"a\":" + "[".repeat(1_000_000), "nesting");
        assertRefused("{\"model\":{\"vocab\":" + "{\"a\":".repeat(100_000), "model.vocab");
        assertRefused("{\"model\":{\"merges\":" + "[".repeat(100_000), "is not valid JSON");
        assertRefused("{\"a\":1,\"a\":2}", "twice");
        assertRefused("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"a\":1}}}", "twice");
        assertRefused("{\"a\":\"" + "x".repeat(2_000_000) + "\"}", "is not valid JSON");
        assertRefused("{}", "model.type");
        byte[] latin = "{\"\u00E9\":1}".getBytes(StandardCharsets.ISO_8859_1);
        Path file = Files.write(folder.resolve("latin.json"), latin);
        assertThatThrownBy(() -> TokenizerFile.read(file)).hasMessageContaining("not UTF-8");
    }

    /** A part without end takes no memory without end. */
    @Test
    void aPartWithTooManyValuesIsRefused() throws IOException {
        assertRefused("{\"a\":[" + "0,".repeat(2_000_000) + "0]}", "values");
    }

    private void assertRefused(String json, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("tokenizer.json"), json);
        assertThatThrownBy(() -> TokenizerFile.read(file))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(file.toString(), message);
    }
}
