package org.llamadl4j.model.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.llamadl4j.model.error.UserError;

/** JSON files whose nesting, strings and trees are bounded, whatever they hold. */
final class BoundedJson {

    private static final int DEEPEST = 32;
    private static final int LONGEST_STRING = 1 << 20;
    private static final int LONGEST_NAME = 1 << 14;
    private static final int LARGEST_TREE = 1 << 20;

    /** Names are not kept for the next parser: a vocabulary has too many of them. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxStringLength(LONGEST_STRING)
                    .maxNameLength(LONGEST_NAME)
                    .build())
            .build();

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Reads a document from its first token on. */
    @FunctionalInterface
    interface Content<T> {

        T read(JsonParser parser) throws IOException;
    }

    private final JsonParser parser;
    private int nodes;

    private BoundedJson(JsonParser parser) {
        this.parser = parser;
    }

    /**
     * Reads {@code file}, which holds one JSON object.
     *
     * @param content is called with the parser at the beginning of the object
     * @throws UserError if the file is not valid JSON or not UTF-8
     */
    static <T> T read(Path file, Content<T> content) throws IOException {
        try (Reader text = new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8.newDecoder());
                JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new JsonParseException(parser, "it is no object");
            }
            T read = content.read(parser);
            if (parser.nextToken() != null) {
                throw new JsonParseException(parser, "there is more behind the object");
            }
            return read;
        } catch (JsonProcessingException e) {
            throw UserError.failed(
                    e,
                    "%s is not valid JSON at line %d, column %d: %s",
                    file,
                    e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                    e.getLocation() == null ? 0 : e.getLocation().getColumnNr(),
                    firstLine(e.getOriginalMessage()));
        } catch (CharacterCodingException e) {
            throw UserError.failed(e, "%s is not valid JSON: it is not UTF-8", file);
        }
    }

    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        String line = end < 0 ? message : message.substring(0, end);
        return line.length() > 200 ? line.substring(0, 200) + "..." : line;
    }

    /** Reads a small file as a whole; an empty object if there is no such file. */
    static ObjectNode readTree(Path file) throws IOException {
        return Files.isRegularFile(file) ? read(file, parser -> (ObjectNode) tree(parser)) : NODES.objectNode();
    }

    /** Reads the value at hand, with all that is in it. */
    static JsonNode tree(JsonParser parser) throws IOException {
        return new BoundedJson(parser).value();
    }

    private JsonNode value() throws IOException {
        if (++nodes > LARGEST_TREE) {
            throw new JsonParseException(parser, "a part of it has more than " + LARGEST_TREE + " values");
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> object();
            case START_ARRAY -> array();
            case VALUE_STRING -> NODES.textNode(parser.getText());
            case VALUE_TRUE, VALUE_FALSE -> NODES.booleanNode(parser.getBooleanValue());
            case VALUE_NULL -> NODES.nullNode();
            case VALUE_NUMBER_INT -> integer();
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
            default -> throw new JsonParseException(parser, "unexpected " + parser.currentToken());
        };
    }

    /** Whole numbers beyond the range of long are read as decimals; nothing here may have them. */
    private JsonNode integer() throws IOException {
        return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                ? NODES.numberNode(parser.getDoubleValue())
                : NODES.numberNode(parser.getLongValue());
    }

    private ObjectNode object() throws IOException {
        ObjectNode object = NODES.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            if (object.replace(name, value()) != null) {
                throw new JsonParseException(parser, "the key \"" + name + "\" is there twice");
            }
        }
        return object;
    }

    private ArrayNode array() throws IOException {
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(value());
        }
        return array;
    }
}
