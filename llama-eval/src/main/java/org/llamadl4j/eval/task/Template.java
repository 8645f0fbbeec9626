package org.llamadl4j.eval.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.llamadl4j.eval.data.Row;

/**
 * A text with fields of a row: {@code {question}} stands for the text or number in the field {@code question}, {@code {{}
 * and {@code }}} for braces.
 */
record Template(String text) {

    private static final Pattern PIECE = Pattern.compile("\\{\\{|}}|\\{([^{}]*)}");

    /** The text with the fields of {@code row}; a field that is not there is an error of the row. */
    String fill(Row row) {
        return PIECE.matcher(text)
                .replaceAll(piece -> Matcher.quoteReplacement(piece(row, piece.group(), piece.group(1))));
    }

    private static String piece(Row row, String whole, String field) {
        if (field == null) {
            return whole.substring(1);
        }
        JsonNode value = row.fields().get(field);
        return value != null && (value.isNumber() || value.isBoolean()) ? value.asText() : row.text(field);
    }
}
