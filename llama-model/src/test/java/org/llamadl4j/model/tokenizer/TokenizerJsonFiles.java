package org.llamadl4j.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Makes {@code tokenizer.json} files as Hugging Face publishes them, apart from the program's own writer; everything can
 * be changed to something wrong.
 */
public final class TokenizerJsonFiles {

    private static final JsonMapper JSON = new JsonMapper();

    /** Two tokens that merge, where their ids matter. */
    private record Merge(int left, int right, int result, float score) {}

    private TokenizerJsonFiles() {}

    static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of the shape of Llama 3's. */
    public static ObjectNode byteLevel(List<String> spelledTokens, List<String> merges, List<String> special) {
        ObjectNode json = (ObjectNode)
                parse("""
                {"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,
                "pre_tokenizer":{"type":"Sequence","pretokenizers":[
                  {"type":"Split","pattern":{"Regex":"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+"},
                   "behavior":"Isolated","invert":false},
                  {"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}]},
                "post_processor":{"type":"Sequence","processors":[
                  {"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true},
                  {"type":"TemplateProcessing",
                   "single":[{"SpecialToken":{"id":"BOS","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
                   "pair":[{"SpecialToken":{"id":"BOS","type_id":0}},{"Sequence":{"id":"A","type_id":0}},
                           {"SpecialToken":{"id":"BOS","type_id":1}},{"Sequence":{"id":"B","type_id":1}}],
                   "special_tokens":{"BOS":{"id":"BOS","ids":[-1],"tokens":["BOS"]}}}]},
                "decoder":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true},
                "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,
                  "end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,"ignore_merges":true,
                  "vocab":{},"merges":[]}}
                """.replace("BOS", special.get(0)).replace("[-1]", "[" + spelledTokens.size() + "]"));
        fill(json, spelledTokens, merges);
        for (int i = 0; i < special.size(); i++) {
            addToken(json, spelledTokens.size() + i, special.get(i), true, false);
        }
        return json;
    }

    /** Of the shape of Llama 2's, with all pieces in the vocabulary. */
    public static ObjectNode sentencePiece(List<Piece> pieces, List<String> merges) {
        ObjectNode json = (ObjectNode) parse("""
                {"version":"1.0","truncation":null,"padding":null,"added_tokens":[],
                "normalizer":{"type":"Sequence","normalizers":[
                  {"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]},
                "pre_tokenizer":null,
                "post_processor":{"type":"TemplateProcessing",
                  "single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
                  "pair":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}},
                          {"SpecialToken":{"id":"<s>","type_id":1}},{"Sequence":{"id":"B","type_id":1}}],
                  "special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]}}},
                "decoder":{"type":"Sequence","decoders":[
                  {"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},
                  {"type":"Strip","content":" ","start":1,"stop":0}]},
                "model":{"type":"BPE","dropout":null,"unk_token":"<unk>","continuing_subword_prefix":null,
                  "end_of_word_suffix":null,"fuse_unk":true,"byte_fallback":true,"vocab":{},"merges":[]}}
                """);
        fill(json, pieces.stream().map(Piece::text).toList(), merges);
        for (int id = 0; id < 3; id++) {
            addToken(json, id, pieces.get(id).text(), true, false);
        }
        return json;
    }

    private static void fill(ObjectNode json, List<String> tokens, List<String> merges) {
        ObjectNode vocabulary = (ObjectNode) json.at("/model/vocab");
        for (int id = 0; id < tokens.size(); id++) {
            vocabulary.put(tokens.get(id), id);
        }
        merges.forEach(((ArrayNode) json.at("/model/merges"))::add);
    }

    static void addToken(ObjectNode json, int id, String content, boolean special, boolean normalized) {
        ((ArrayNode) json.get("added_tokens"))
                .addObject()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", normalized)
                .put("special", special);
    }

    /** The same merges as newer files have them. */
    static void makePairsOfMerges(ObjectNode json) {
        ArrayNode merges = (ArrayNode) json.at("/model/merges");
        ArrayNode pairs = JSON.createArrayNode();
        for (JsonNode merge : merges) {
            String[] parts = merge.asText().split(" ");
            pairs.addArray().add(parts[0]).add(parts[1]);
        }
        ((ObjectNode) json.get("model")).set("merges", pairs);
    }

    public static Path write(Path file, JsonNode json) throws IOException {
        return Files.write(file, JSON.writeValueAsBytes(json));
    }

    /** As transformers makes merges of a tiktoken file: by the rank of what they give, then of the parts. */
    static List<String> mergesOfRanks(List<String> spelledTokens) {
        List<Piece> pieces = new ArrayList<>();
        for (String token : spelledTokens) {
            pieces.add(new Piece(token, -pieces.size(), PieceType.NORMAL));
        }
        return merges(pieces, false);
    }

    /**
     * As transformers makes merges of a SentencePiece model.
     *
     * @param newer whether merges of pieces of equal score go by the lengths of their parts, the longer first, as since
     *     2024, and not by what they give
     */
    public static List<String> mergesOfScores(List<Piece> pieces, boolean newer) {
        return merges(pieces, newer);
    }

    private static List<String> merges(List<Piece> pieces, boolean newer) {
        Map<String, Integer> ids = new TreeMap<>();
        for (int id = 0; id < pieces.size(); id++) {
            ids.put(pieces.get(id).text(), id);
        }
        List<Merge> merges = new ArrayList<>();
        for (int id = 0; id < pieces.size(); id++) {
            String text = pieces.get(id).text();
            List<Merge> local = new ArrayList<>();
            for (int cut = 1; cut < text.length(); cut++) {
                Integer left = ids.get(text.substring(0, cut));
                Integer right = ids.get(text.substring(cut));
                if (left != null && right != null) {
                    local.add(new Merge(left, right, id, pieces.get(id).score()));
                }
            }
            local.sort(Comparator.comparingInt(Merge::left).thenComparingInt(Merge::right));
            merges.addAll(local);
        }
        Comparator<Merge> order = Comparator.comparingDouble(Merge::score).reversed();
        if (newer) {
            order = order.thenComparing(merge -> pieces.get(merge.left()).text().length(), Comparator.reverseOrder())
                    .thenComparing(merge -> pieces.get(merge.right()).text().length(), Comparator.reverseOrder());
        }
        merges.sort(order);
        return merges.stream()
                .map(merge -> pieces.get(merge.left()).text() + " "
                        + pieces.get(merge.right()).text())
                .toList();
    }
}
