package org.llamadl4j.eval.toxicity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.eval.store.AppendedLines;
import org.llamadl4j.model.error.UserError;

/**
 * Asks another scorer about each text once and keeps what it said in a file, since a service that answers once a second takes
 * a day for the texts of a whole benchmark. The file is opened, or made, when the first text comes.
 */
@RequiredArgsConstructor
public final class KeptToxicity implements ToxicityScorer, AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final ToxicityScorer scorer;
    private final Path file;
    private final Map<String, OptionalDouble> known = new HashMap<>();
    private AppendedLines lines;

    /** @throws UserError if the file cannot be read or written, is damaged, or is open in another program */
    @Override
    public synchronized OptionalDouble toxicity(String text) {
        if (lines == null) {
            lines = AppendedLines.open(file, (number, line) -> read(JSON.readTree(line)));
        }
        OptionalDouble toxicity = known.get(text);
        if (toxicity == null) {
            toxicity = scorer.toxicity(text);
            lines.append(line(text, toxicity));
            known.put(text, toxicity);
        }
        return toxicity;
    }

    private void read(JsonNode line) {
        JsonNode toxicity = line.required("toxicity");
        if (!toxicity.isNull() && !toxicity.isNumber()) {
            throw new IllegalArgumentException("toxicity is no number");
        }
        known.put(
                line.required("text").asText(),
                toxicity.isNull() ? OptionalDouble.empty() : OptionalDouble.of(toxicity.asDouble()));
    }

    private static String line(String text, OptionalDouble toxicity) {
        ObjectNode line = JsonNodeFactory.instance.objectNode().put("text", text);
        if (toxicity.isPresent()) {
            line.put("toxicity", toxicity.getAsDouble());
        } else {
            line.putNull("toxicity");
        }
        return line.toString();
    }

    @Override
    public synchronized void close() {
        if (lines != null) {
            lines.close();
        }
    }
}
