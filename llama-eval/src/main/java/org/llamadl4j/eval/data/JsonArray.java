package org.llamadl4j.eval.data;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.llamadl4j.model.error.UserError;

/** One JSON list of objects; the line of a row is the line where its object begins. */
final class JsonArray implements RowFormat {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Override
    public List<Row> read(DataFile file, String form) {
        List<Row> rows = new ArrayList<>();
        try (InputStream in = file.open();
                JsonParser parser = JSON.getFactory().createParser(in)) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw wrong(file, 1, "not a JSON list", form);
            }
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                int line = parser.currentTokenLocation().getLineNr();
                JsonNode node = parser.readValueAsTree();
                if (!(node instanceof ObjectNode object)) {
                    throw wrong(file, line, "not a JSON object", form);
                }
                rows.add(new Row(file.location() + ", line " + line, form, object));
            }
            if (parser.nextToken() != null) {
                throw wrong(file, parser.currentTokenLocation().getLineNr(), "something follows the list", form);
            }
        } catch (JsonProcessingException e) {
            String what = "not JSON (%s); the file was cut short, or is another one"
                    .formatted(e.getOriginalMessage().lines().findFirst().orElse(""));
            throw wrong(file, e.getLocation() == null ? 1 : e.getLocation().getLineNr(), what, form);
        } catch (IOException e) {
            throw UserError.failed(e, "%s: cannot be read: %s", file.location(), e.getMessage());
        }
        return rows;
    }

    private static UserError wrong(DataFile file, int line, String what, String form) {
        return UserError.failed(
                "%s, line %d: %s. The file is a list of objects that look like %s", file.location(), line, what, form);
    }
}
