package org.llamadl4j.notebook;

import com.fasterxml.jackson.databind.json.JsonMapper;
import lombok.experimental.UtilityClass;

/** One document of a {@code .jsonl} file. */
@UtilityClass
class JsonLine {

    private final JsonMapper JSON = new JsonMapper();

    /** {@code text} as a line, with its end. */
    String of(String text) {
        return JSON.createObjectNode().put("text", text) + "\n";
    }
}
