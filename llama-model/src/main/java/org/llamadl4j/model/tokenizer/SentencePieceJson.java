package org.llamadl4j.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.llamadl4j.model.error.UserError;

/**
 * A {@code tokenizer.json} that does what a SentencePiece model does, as Llama 1 and 2 have it: spaces spelled U+2581, one
 * put before the text, no cuts into words, bytes for what the vocabulary lacks.
 */
final class SentencePieceJson {

    private static final String SPACE = String.valueOf(MergeTable.ESCAPED_SPACE);

    private static final String NORMALIZER =
            "Replace of spaces by U+2581, alone or behind a Prepend of U+2581 in a Sequence,";

    private static final String DECODER = "a Sequence of Replace of U+2581 by a space, ByteFallback, Fuse and, "
            + "where the normalizer has a Prepend, Strip of one space at the beginning";

    private final TokenizerJson json;
    private final List<Piece> pieces;
    private final Map<String, Integer> userDefined = new HashMap<>();

    private SentencePieceJson(TokenizerJson json) {
        this.json = json;
        String unknown = json.model().path("unk_token").asText();
        if (!json.ids().containsKey(unknown)) {
            throw json.unsupported("model.unk_token", json.model().path("unk_token"), "a token of the vocabulary");
        }
        this.pieces = new ArrayList<>(json.pieces(
                token -> new Piece(token, 0, PieceType.NORMAL).byteValue() < 0 ? PieceType.NORMAL : PieceType.BYTE));
        int unknownId = json.ids().get(unknown);
        pieces.set(unknownId, new Piece(unknown, 0, PieceType.UNKNOWN));
        for (AddedToken token : json.addedTokens()) {
            if (!token.special() && token.id() != unknownId) {
                if (token.normalized()) {
                    throw json.wrong(
                            "added_tokens",
                            "says normalized of %s, which is supported of special tokens only",
                            TokenizerJson.shown(token.content()));
                }
                userDefined.put(token.content(), token.id());
            }
        }
    }

    /**
     * Makes the tokenizer.
     *
     * @param beside the tokenizer of the {@code tokenizer.model} in the same folder, which knows the scores from which
     *     the merges were made
     * @throws UserError that names the part, if one is not what Llama 1 and 2 have
     */
    static SentencePieceTokenizer tokenizer(TokenizerJson json, Optional<SentencePieceTokenizer> beside) {
        json.requireModel(List.of("unk_token", "fuse_unk", "byte_fallback"));
        boolean addsPrefix = addsPrefix(json);
        JsonNode preTokenizer = json.part("pre_tokenizer");
        if (!preTokenizer.isNull() && !preTokenizer.isMissingNode()) {
            throw json.unsupported("pre_tokenizer", preTokenizer, "null");
        }
        checkDecoder(json, addsPrefix);
        if (!json.flag("byte_fallback")) {
            throw json.wrong("model.byte_fallback", "is false; only true is supported");
        }
        SentencePieceJson parsed = new SentencePieceJson(json);
        SentencePieceTokenizer tokenizer = beside.isPresent() ? parsed.over(beside.get()) : parsed.alone(addsPrefix);
        Optional<String> bos = PostProcessor.bos(json);
        return bos.isEmpty() ? tokenizer : tokenizer.with(tokenizer.settings().withBosId(json.specialId(bos.get())));
    }

    private static boolean addsPrefix(TokenizerJson json) {
        JsonNode normalizer = json.part("normalizer");
        List<JsonNode> steps = steps(normalizer, "normalizers");
        boolean prepends = steps.size() == 2;
        boolean follows = prepends
                ? isOf(steps.get(0), "Prepend")
                        && steps.get(0).path("prepend").asText().equals(SPACE)
                : steps.size() == 1;
        if (!follows || !isReplace(steps.get(steps.size() - 1), " ", SPACE)) {
            throw json.unsupported("normalizer", normalizer, NORMALIZER);
        }
        return prepends;
    }

    private static void checkDecoder(TokenizerJson json, boolean addsPrefix) {
        JsonNode decoder = json.part("decoder");
        List<JsonNode> steps = steps(decoder, "decoders");
        boolean follows = steps.size() == (addsPrefix ? 4 : 3)
                && isReplace(steps.get(0), SPACE, " ")
                && isOf(steps.get(1), "ByteFallback")
                && isOf(steps.get(2), "Fuse");
        if (follows && addsPrefix) {
            JsonNode strip = steps.get(3);
            follows = isOf(strip, "Strip")
                    && strip.path("content").asText().equals(" ")
                    && strip.path("start").asInt() == 1
                    && strip.path("stop").asInt() == 0;
        }
        if (!follows) {
            throw json.unsupported("decoder", decoder, DECODER);
        }
    }

    /** The steps of a Sequence, or the one step that {@code part} is. */
    private static List<JsonNode> steps(JsonNode part, String name) {
        if (!isOf(part, "Sequence")) {
            return List.of(part);
        }
        List<JsonNode> steps = new ArrayList<>();
        part.path(name).forEach(steps::add);
        return steps;
    }

    private static boolean isOf(JsonNode part, String type) {
        return part.path("type").asText().equals(type);
    }

    private static boolean isReplace(JsonNode part, String pattern, String content) {
        return isOf(part, "Replace")
                && part.path("pattern").path("String").asText().equals(pattern)
                && part.path("content").asText().equals(content);
    }

    /** Without a model, the merges are followed as they are listed, and scores made of them for other formats. */
    private SentencePieceTokenizer alone(boolean addsPrefix) {
        Map<String, Integer> normal = new HashMap<>();
        for (int id = 0; id < pieces.size(); id++) {
            if (pieces.get(id).type() == PieceType.NORMAL) {
                normal.put(pieces.get(id).text(), id);
            }
        }
        ListedMerges merges = ListedMerges.parse(json.source(), normal, json.merges());
        float[] scores = merges.scores(pieces);
        for (int id = 0; id < scores.length; id++) {
            pieces.set(
                    id,
                    new Piece(pieces.get(id).text(), scores[id], pieces.get(id).type()));
        }
        return new SentencePieceTokenizer(model(pieces, addsPrefix), merges, userDefined);
    }

    /** The tokenizer of a model, with the tokens that this file adds. */
    private SentencePieceTokenizer over(SentencePieceTokenizer beside) {
        List<Piece> all = new ArrayList<>();
        for (int id = 0; id < Math.max(pieces.size(), beside.vocabSize()); id++) {
            if (id >= pieces.size() || id < beside.vocabSize() && !sameText(pieces.get(id), beside.entry(id))) {
                throw json.wrong(
                        "model.vocab",
                        "and the %s beside it differ in token %d; move away the one that is not the model's",
                        SentencePieceTokenizer.FILE,
                        id);
            }
            boolean ofModel = id < beside.vocabSize()
                    && pieces.get(id).type() != PieceType.CONTROL
                    && pieces.get(id).type() != PieceType.USER_DEFINED;
            all.add(ofModel ? beside.entry(id) : ofModelFile(pieces.get(id)));
        }
        if (all.equals(beside.model().pieces())) {
            return beside;
        }
        return new SentencePieceTokenizer(model(all, beside.model().normalizer().addDummyPrefix()), null, userDefined);
    }

    /** A model file spells spaces as U+2581 in user-defined pieces, too. */
    private static Piece ofModelFile(Piece added) {
        return new Piece(added.text().replace(' ', MergeTable.ESCAPED_SPACE), 0, added.type());
    }

    private static boolean sameText(Piece ours, Piece theirs) {
        return ours.text().equals(theirs.text());
    }

    private SentencePieceModel model(List<Piece> all, boolean addsPrefix) {
        return SentencePieceModel.of(
                json.source(),
                new Vocabulary(all, id(PieceType.UNKNOWN, all), id("<s>"), id("</s>"), addsPrefix, false));
    }

    private static int id(PieceType type, List<Piece> all) {
        return all.stream().map(Piece::type).toList().indexOf(type);
    }

    private int id(String special) {
        int id = json.specialId(special);
        if (id < 0) {
            throw json.wrong("added_tokens", "has no %s, which begins or ends a document", special);
        }
        return id;
    }
}
