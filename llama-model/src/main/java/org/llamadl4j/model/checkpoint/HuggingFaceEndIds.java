package org.llamadl4j.model.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.llamadl4j.model.error.UserError;

/**
 * The tokens that end a text, as a folder names them: {@code eos_token_id} of {@code config.json} and of
 * {@code generation_config.json}, a number or, where the end of a turn is another token, several.
 */
final class HuggingFaceEndIds {

    static final String GENERATION_FILE = "generation_config.json";

    private static final String KEY = "eos_token_id";

    private HuggingFaceEndIds() {}

    /**
     * The ids of both files together.
     *
     * @throws UserError if one is not a token of {@code vocabSize}
     */
    static SortedSet<Integer> read(Path folder, int vocabSize) throws IOException {
        SortedSet<Integer> ids = new TreeSet<>();
        for (String name : List.of(HuggingFaceConfig.FILE, GENERATION_FILE)) {
            Path file = folder.resolve(name);
            if (Files.isRegularFile(file)) {
                JsonObject json = JsonObject.read(file);
                JsonNode value = json.value(KEY);
                for (JsonNode id : value == null ? List.<JsonNode>of() : value.isArray() ? value : List.of(value)) {
                    if (!id.isIntegralNumber() || !id.canConvertToInt() || id.asInt() < 0 || id.asInt() >= vocabSize) {
                        throw json.wrong(KEY, "a token from 0 to %d, or a list of them".formatted(vocabSize - 1));
                    }
                    ids.add(id.asInt());
                }
            }
        }
        return ids;
    }

    /** One id as a number, several as a list. */
    static void write(ObjectNode json, SortedSet<Integer> ids) {
        if (ids.size() == 1) {
            json.put(KEY, ids.first());
        } else {
            ArrayNode list = json.putArray(KEY);
            ids.forEach(list::add);
        }
    }
}
