package org.llamadl4j.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.llamadl4j.model.error.UserError;

/**
 * An entry of {@code added_tokens} in a {@code tokenizer.json}.
 *
 * @param content how text spells it
 * @param special whether it is a token in text only where the caller says so
 * @param normalized whether it is searched for in the text as the normalizer leaves it
 */
record AddedToken(int id, String content, boolean special, boolean normalized) {

    /**
     * Reads an entry.
     *
     * @throws UserError if it is incomplete, or also takes spaces around it or stands between other words only
     */
    static AddedToken of(TokenizerJson json, JsonNode node) {
        JsonNode id = node.path("id");
        JsonNode content = node.path("content");
        if (!id.isIntegralNumber() || !id.canConvertToInt() || id.asInt() < 0) {
            throw json.unsupported("added_tokens: an id", node, "a whole number from 0");
        }
        if (!content.isTextual() || content.asText().isEmpty() || !isUnicode(content.asText())) {
            throw json.unsupported("added_tokens: a content", node, "a text of at least one character");
        }
        for (String name : List.of("single_word", "lstrip", "rstrip")) {
            if (flag(json, node, name)) {
                throw json.wrong(
                        "added_tokens",
                        "says %s of %s, which is not supported",
                        name,
                        TokenizerJson.shown(content.asText()));
            }
        }
        return new AddedToken(
                id.asInt(), content.asText(), flag(json, node, "special"), flag(json, node, "normalized"));
    }

    private static boolean flag(TokenizerJson json, JsonNode node, String name) {
        JsonNode value = node.path(name);
        if (!value.isBoolean() && !value.isMissingNode()) {
            throw json.unsupported("added_tokens: " + name, value, "true or false");
        }
        return value.asBoolean();
    }

    private static boolean isUnicode(String text) {
        return text.codePoints().noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    PieceType type() {
        return special ? PieceType.CONTROL : PieceType.USER_DEFINED;
    }
}
