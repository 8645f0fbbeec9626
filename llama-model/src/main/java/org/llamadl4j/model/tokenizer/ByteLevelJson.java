package org.llamadl4j.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/** A {@code tokenizer.json} of byte-level BPE, as Llama 3 has it. */
final class ByteLevelJson {

    private static final String PRE_TOKENIZER = "pre_tokenizer";

    private ByteLevelJson() {}

    /** Whether {@code json} is of this kind; whether all its parts can be followed shows in {@link #tokenizer}. */
    static boolean describes(TokenizerJson json) {
        return json.part("decoder.type").asText().equals("ByteLevel")
                || json.part(PRE_TOKENIZER).toString().contains("\"ByteLevel\"");
    }

    /**
     * Makes the tokenizer.
     *
     * @throws org.llamadl4j.model.error.UserError that names the part, if one is not what Llama 3 has
     */
    static ByteLevelTokenizer tokenizer(TokenizerJson json) {
        json.requireModel(List.of("unk_token", "fuse_unk", "byte_fallback", "ignore_merges"));
        JsonNode normalizer = json.part("normalizer");
        if (!normalizer.isNull() && !normalizer.isMissingNode()) {
            throw json.unsupported("normalizer", normalizer, "null");
        }
        checkPreTokenizer(json);
        JsonNode decoder = json.part("decoder");
        if (!decoder.path("type").asText().equals("ByteLevel")) {
            throw json.unsupported("decoder", decoder, "ByteLevel");
        }
        Optional<String> bos = PostProcessor.bos(json);
        List<Piece> pieces = json.pieces(token -> PieceType.NORMAL);
        ByteLevelVocabulary vocabulary = new ByteLevelVocabulary(pieces, json.merges(), json.flag("ignore_merges"));
        ByteLevelTokenizer tokenizer = ByteLevelTokenizer.of(json.source(), vocabulary);
        TokenizerSettings settings = tokenizer.settings();
        return tokenizer.with(
                bos.map(token -> settings.withBosId(json.specialId(token))).orElse(settings.withAddsBos(false)));
    }

    /** A Split by the expression of Llama 3, then ByteLevel, which does nothing but spell. */
    private static void checkPreTokenizer(TokenizerJson json) {
        JsonNode steps = json.part(PRE_TOKENIZER + ".pretokenizers");
        JsonNode split = steps.path(0);
        JsonNode bytes = steps.path(1);
        boolean sequence = json.part(PRE_TOKENIZER + ".type").asText().equals("Sequence") && steps.size() == 2;
        if (!sequence
                || !split.path("type").asText().equals("Split")
                || !bytes.path("type").asText().equals("ByteLevel")) {
            throw json.unsupported(
                    PRE_TOKENIZER, json.part(PRE_TOKENIZER), "a Sequence of Split and ByteLevel, as Llama 3 has it,");
        }
        JsonNode pattern = split.path("pattern");
        if (!pattern.path("Regex").asText().equals(SplitPattern.LLAMA3)) {
            throw json.unsupported(PRE_TOKENIZER + ": Split.pattern", pattern, "the expression of Llama 3");
        }
        if (!split.path("behavior").asText().equals("Isolated")
                || split.path("invert").asBoolean()) {
            throw json.unsupported(PRE_TOKENIZER + ": Split", split, "the behavior Isolated, not inverted,");
        }
        // Both are true where a file leaves them out.
        if (bytes.path("add_prefix_space").asBoolean(true)
                || bytes.path("use_regex").asBoolean(true)) {
            throw json.unsupported(PRE_TOKENIZER + ": ByteLevel", bytes, "add_prefix_space false and use_regex false");
        }
    }
}
