package org.llamadl4j.eval.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** One JSON object a line; empty lines are passed over. */
final class JsonLines implements RowFormat {

    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();

    @Override
    public List<Row> read(DataFile file, String form) {
        List<Row> rows = new ArrayList<>();
        try (LineReader lines = new LineReader(file)) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                if (!line.isBlank()) {
                    rows.add(new Row(lines.origin(lines.line()), form, object(line, lines, form)));
                }
            }
        }
        return rows;
    }

    private static ObjectNode object(String line, LineReader lines, String form) {
        try {
            JsonNode node = JSON.readTree(line);
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw lines.wrong("not a JSON object. A row of this file looks like " + form);
        } catch (JsonProcessingException e) {
            throw lines.wrong("not one whole JSON object (%s); the file was cut short, or is another one. "
                    .formatted(e.getOriginalMessage().lines().findFirst().orElse(""))
                    .concat("A row of this file looks like " + form));
        }
    }
}
