package org.llamadl4j.model.tokenizer;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.llamadl4j.model.error.UserError;

/**
 * What a {@code tokenizer.json} of Hugging Face's tokenizers says, before anything is made of it.
 *
 * @param source the file
 * @param parts all but {@code model}, as they are: {@code normalizer}, {@code pre_tokenizer}, {@code post_processor},
 *     {@code decoder}, {@code added_tokens} and others
 * @param model all of {@code model} but vocabulary and merges
 * @param ids of the tokens of the vocabulary, by spelling
 * @param merges the spellings of two tokens each, with a space between
 */
record TokenizerJson(Path source, ObjectNode parts, ObjectNode model, Map<String, Integer> ids, List<String> merges) {

    /** What the file is called in a model folder. */
    static final String FILE = "tokenizer.json";

    /** Eight times as many as in the largest vocabularies in use. */
    private static final int MOST_TOKENS = 1 << 21;

    private static final int MOST_MERGES = 1 << 23;

    /** Reads {@code file}; anything but valid JSON with a vocabulary and merges is a {@link UserError} that names it. */
    static TokenizerJson read(Path file) throws IOException {
        ObjectNode parts = JsonNodeFactory.instance.objectNode();
        ObjectNode model = JsonNodeFactory.instance.objectNode();
        TokenizerJson json = new TokenizerJson(file, parts, model, new HashMap<>(), new ArrayList<>());
        return BoundedJson.read(file, parser -> {
            json.readParts(parser);
            return json;
        });
    }

    private void readParts(JsonParser parser) throws IOException {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            boolean isObject = parser.nextToken() == JsonToken.START_OBJECT;
            if (name.equals("model") && isObject) {
                readModel(parser);
            } else {
                put(parts, name, parser);
            }
        }
    }

    private void readModel(JsonParser parser) throws IOException {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken first = parser.nextToken();
            if (name.equals("vocab") && first == JsonToken.START_OBJECT) {
                readVocabulary(parser);
            } else if (name.equals("merges") && first == JsonToken.START_ARRAY) {
                readMerges(parser);
            } else {
                put(model, name, parser);
            }
        }
    }

    private static void put(ObjectNode object, String name, JsonParser parser) throws IOException {
        if (object.replace(name, BoundedJson.tree(parser)) != null) {
            throw new JsonParseException(parser, "the key \"" + name + "\" is there twice");
        }
    }

    private void readVocabulary(JsonParser parser) throws IOException {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String token = parser.currentName();
            if (parser.nextToken() != JsonToken.VALUE_NUMBER_INT || !isId(parser)) {
                throw wrong(
                        "model.vocab",
                        "has no id from 0 to %d for %s, but %s",
                        MOST_TOKENS - 1,
                        shown(token),
                        shown(parser.getText()));
            }
            if (ids.put(token, parser.getIntValue()) != null) {
                throw wrong("model.vocab", "has the token %s twice", shown(token));
            }
        }
    }

    private static boolean isId(JsonParser parser) throws IOException {
        return parser.getNumberType() == JsonParser.NumberType.INT
                && parser.getIntValue() >= 0
                && parser.getIntValue() < MOST_TOKENS;
    }

    /** A merge is "a b" or, in newer files, ["a", "b"]. */
    private void readMerges(JsonParser parser) throws IOException {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (merges.size() == MOST_MERGES) {
                throw wrong("model.merges", "lists more than %d merges", MOST_MERGES);
            }
            if (parser.currentToken() == JsonToken.VALUE_STRING) {
                merges.add(parser.getText());
            } else if (parser.currentToken() == JsonToken.START_ARRAY) {
                String left = part(parser);
                String right = part(parser);
                if (parser.nextToken() != JsonToken.END_ARRAY) {
                    throw new JsonParseException(parser, "a merge is not two strings");
                }
                merges.add(left + " " + right);
            } else {
                throw new JsonParseException(parser, "a merge is neither a string nor a pair of them");
            }
        }
    }

    private static String part(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.VALUE_STRING) {
            throw new JsonParseException(parser, "a merge is not two strings");
        }
        return parser.getText();
    }

    /** The tokens that text is searched for before anything else. */
    List<AddedToken> addedTokens() {
        JsonNode list = parts.path("added_tokens");
        if (!list.isArray() && !list.isMissingNode() && !list.isNull()) {
            throw unsupported("added_tokens", list, "a list");
        }
        List<AddedToken> tokens = new ArrayList<>();
        for (JsonNode node : list) {
            tokens.add(AddedToken.of(this, node));
        }
        return tokens;
    }

    /**
     * All tokens; the index of each is its id.
     *
     * @param typeOf the type of a token of the vocabulary that is not among the added ones
     * @throws UserError if an id is there twice, or one is left out
     */
    List<Piece> pieces(Function<String, PieceType> typeOf) {
        Map<String, PieceType> types = new HashMap<>();
        Map<String, Integer> all = new HashMap<>(ids);
        for (AddedToken token : addedTokens()) {
            Integer known = all.put(token.content(), token.id());
            if (types.put(token.content(), token.type()) != null || known != null && known != token.id()) {
                throw wrong("added_tokens", "has %s twice, or with another id than the vocabulary", token.content());
            }
        }
        Piece[] pieces = new Piece[all.size()];
        all.forEach((text, id) -> {
            if (id >= pieces.length) {
                throw wrong(
                        "model.vocab",
                        "has the id %d for %s, but there are only %d tokens; ids must begin at 0 and leave none out",
                        id,
                        shown(text),
                        pieces.length);
            }
            if (pieces[id] != null) {
                throw wrong(
                        "model.vocab", "has the id %d for %s and for %s", id, shown(pieces[id].text()), shown(text));
            }
            PieceType type = types.get(text);
            pieces[id] = new Piece(text, 0, type == null ? typeOf.apply(text) : type);
        });
        return List.of(pieces);
    }

    /** The id of an added token by its spelling, or -1. */
    int specialId(String spelling) {
        return addedTokens().stream()
                .filter(token -> token.content().equals(spelling))
                .mapToInt(AddedToken::id)
                .findFirst()
                .orElse(-1);
    }

    /**
     * Refuses all settings of the model that do anything, but those named {@code known}.
     *
     * @throws UserError that names the setting
     */
    void requireModel(List<String> known) {
        if (!model.path("type").asText().equals("BPE")) {
            throw unsupported("model.type", model.path("type"), "BPE");
        }
        if (ids.isEmpty()) {
            throw wrong("model.vocab", "is missing or empty");
        }
        model.properties().forEach(setting -> {
            JsonNode value = setting.getValue();
            boolean neutral = value.isNull()
                    || value.isBoolean() && !value.asBoolean()
                    || value.isTextual() && value.asText().isEmpty()
                    || value.isNumber() && value.asDouble() == 0;
            if (!neutral && !setting.getKey().equals("type") && !known.contains(setting.getKey())) {
                throw unsupported("model." + setting.getKey(), value, "null");
            }
        });
    }

    /** A setting of the model that is true or false; absent and null are false. */
    boolean flag(String name) {
        JsonNode value = model.path(name);
        if (!value.isBoolean() && !value.isMissingNode() && !value.isNull()) {
            throw unsupported("model." + name, value, "true or false");
        }
        return value.asBoolean();
    }

    /** A part by its path, such as {@code decoder.type}; a missing node if it is absent. */
    JsonNode part(String path) {
        return parts.at("/" + path.replace('.', '/'));
    }

    /** That this code does not follow a part of the file, or the part is wrong. */
    UserError wrong(String part, String reason, Object... arguments) {
        return UserError.failed("%s: %s %s", source, part, reason.formatted(arguments));
    }

    /** The same for a part that has another value than it must have. */
    UserError unsupported(String part, JsonNode value, String supported) {
        return wrong(part, "is %s; only %s is supported", shown(value.toString()), supported);
    }

    static String shown(String text) {
        return text.length() > 80 ? text.substring(0, 80) + "..." : text;
    }
}
