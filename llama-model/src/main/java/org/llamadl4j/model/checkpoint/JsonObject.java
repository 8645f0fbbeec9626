package org.llamadl4j.model.checkpoint;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.llamadl4j.model.error.UserError;

/**
 * A JSON object of a small file, whose values are checked as they are asked for. A key whose value is null counts as
 * absent, as in Python.
 *
 * @param file for messages
 * @param prefix what leads to the object in the file: empty, or {@code rope_scaling.}
 */
record JsonObject(Path file, String prefix, JsonNode json) {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Longest file; the index of the largest model in use has a tenth of it. */
    private static final long LONGEST = 16 << 20;

    private static final int LONGEST_SHOWN = 100;

    /**
     * Reads {@code file}, which exists.
     *
     * @throws UserError if it holds anything but one JSON object
     */
    static JsonObject read(Path file) throws IOException {
        if (Files.size(file) > LONGEST) {
            throw UserError.failed("%s has %d bytes; %d is the most that is read", file, Files.size(file), LONGEST);
        }
        byte[] bytes = Files.readAllBytes(file);
        JsonNode json;
        try {
            json = MAPPER.readTree(bytes);
        } catch (JsonProcessingException e) {
            JsonLocation place = e.getLocation();
            throw UserError.failed(
                    e,
                    "%s, line %d, column %d: it is not valid JSON: %s",
                    file,
                    place == null ? 1 : place.getLineNr(),
                    place == null ? 1 : place.getColumnNr(),
                    e.getOriginalMessage());
        } catch (IOException e) {
            throw UserError.failed(e, "%s is not valid JSON: %s", file, e.getMessage());
        }
        if (!json.isObject()) {
            throw UserError.failed("%s is not a JSON object", file);
        }
        return new JsonObject(file, "", json);
    }

    boolean has(String key) {
        return json.hasNonNull(key);
    }

    /** The value of {@code key}, or null where it is absent. */
    JsonNode value(String key) {
        return has(key) ? json.get(key) : null;
    }

    /** A whole number from 1. */
    int integer(String key) {
        JsonNode value = value(key);
        if (value == null || !value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() <= 0) {
            throw wrong(key, "a whole number from 1");
        }
        return value.asInt();
    }

    int integer(String key, int absent) {
        return has(key) ? integer(key) : absent;
    }

    double number(String key) {
        JsonNode value = value(key);
        if (value == null || !value.isNumber()) {
            throw wrong(key, "a number");
        }
        return value.asDouble();
    }

    double number(String key, double absent) {
        return has(key) ? number(key) : absent;
    }

    boolean flag(String key, boolean absent) {
        JsonNode value = value(key);
        if (value != null && !value.isBoolean()) {
            throw wrong(key, "true or false");
        }
        return value == null ? absent : value.asBoolean();
    }

    String text(String key, String absent) {
        JsonNode value = value(key);
        if (value != null && !value.isTextual()) {
            throw wrong(key, "a text");
        }
        return value == null ? absent : value.asText();
    }

    /** The object that is the value of {@code key}; empty where it is absent. */
    JsonObject object(String key) {
        JsonNode value = value(key);
        if (value != null && !value.isObject()) {
            throw wrong(key, "an object");
        }
        return new JsonObject(file, prefix + key + ".", value == null ? MAPPER.createObjectNode() : value);
    }

    /** Refuses any value but {@code supported} and an absent one. */
    void require(String key, String supported) {
        if (has(key) && !json.get(key).asText().equals(supported)) {
            throw wrong(key, "%s; nothing else is supported".formatted(supported));
        }
    }

    /** What {@code maker} makes of values of this object; if they do not go together, its error says where they are. */
    <T> T make(Supplier<T> maker) {
        String key = prefix.isEmpty() ? "" : ": " + prefix.substring(0, prefix.length() - 1);
        return UserError.naming(file + key, maker);
    }

    /** That {@code key} does not have the value that it must have. */
    UserError wrong(String key, String right) {
        String shown = json.has(key) ? json.get(key).toString() : "missing";
        return UserError.failed(
                "%s: %s%s is %s; it must be %s",
                file,
                prefix,
                key,
                shown.length() > LONGEST_SHOWN ? shown.substring(0, LONGEST_SHOWN) + "..." : shown,
                right);
    }
}
