package org.llamadl4j.eval.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.llamadl4j.model.error.UserError;

/**
 * One question as its file states it: named fields. A field that is missing, or is not what it is asked to be, ends in a
 * {@link UserError} that names file, line and field, and shows what a row has to look like.
 *
 * @param origin file and line, as messages name them
 * @param form what rows of such a file look like, as messages show it
 * @param fields what the file says; never changed
 */
public record Row(String origin, String form, ObjectNode fields) {

    /** Whether the row has {@code field}, and it is not null. */
    public boolean has(String field) {
        return fields.hasNonNull(field);
    }

    /** The text of {@code field}, as it stands there. */
    public String text(String field) {
        JsonNode value = require(field);
        if (!value.isTextual()) {
            throw notWhat(field, value, "a text");
        }
        return value.textValue();
    }

    /** The text of {@code field}, which must be more than white space. */
    public String someText(String field) {
        String text = text(field);
        if (text.isBlank()) {
            throw wrong("field `%s` is empty", field);
        }
        return text;
    }

    /** The texts in the list {@code field}, of which there must be some. */
    public List<String> texts(String field) {
        JsonNode value = require(field);
        List<String> texts = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(element -> {
                if (element.isTextual()) {
                    texts.add(element.textValue());
                }
            });
        }
        if (texts.isEmpty() || texts.size() != value.size()) {
            throw notWhat(field, value, "a list of texts");
        }
        return List.copyOf(texts);
    }

    /** {@code count} texts in the list {@code field}. */
    public List<String> texts(String field, int count) {
        List<String> texts = texts(field);
        if (texts.size() != count) {
            throw wrong("field `%s` has %d entries, not %d", field, texts.size(), count);
        }
        return texts;
    }

    /** The whole number in {@code field}, written as a number or as text, from {@code first} to {@code last}. */
    public int number(String field, int first, int last) {
        JsonNode value = require(field);
        String digits = value.isTextual() ? value.textValue().strip() : value.isIntegralNumber() ? value.asText() : "";
        try {
            int number = Integer.parseInt(digits);
            if (number >= first && number <= last) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw wrong("field `%s` is %s; it must be a whole number from %d to %d", field, shown(value), first, last);
    }

    /** Which of {@code count} answers is right, counted from 0. */
    public int index(String field, int count) {
        return number(field, 0, count - 1);
    }

    /** Which of {@code labels} the text of {@code field} is, counted from 0. */
    public int label(String field, List<String> labels) {
        JsonNode value = require(field);
        int index = value.isContainerNode() ? -1 : labels.indexOf(value.asText().strip());
        if (index < 0) {
            throw wrong("field `%s` is %s; it must be one of %s", field, shown(value), String.join(", ", labels));
        }
        return index;
    }

    /** The truth value in {@code field}: true or false, or 1 or 0. */
    public boolean truth(String field) {
        JsonNode value = require(field);
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        if (value.isIntegralNumber() && (value.longValue() == 0 || value.longValue() == 1)) {
            return value.longValue() == 1;
        }
        throw notWhat(field, value, "true or false");
    }

    /** The fields inside {@code field}, as a row of their own. */
    public Row inner(String field) {
        JsonNode value = require(field);
        if (!(value instanceof ObjectNode object)) {
            throw notWhat(field, value, "an object with fields");
        }
        return new Row(origin, form, object);
    }

    /** The objects in the list {@code field}, each as a row of its own. */
    public List<Row> inners(String field) {
        JsonNode value = require(field);
        List<Row> rows = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(element -> {
                if (element instanceof ObjectNode object) {
                    rows.add(new Row(origin, form, object));
                }
            });
        }
        if (rows.isEmpty() || rows.size() != value.size()) {
            throw notWhat(field, value, "a list of objects with fields");
        }
        return rows;
    }

    /** How {@code pattern} matches the whole text of {@code field}; {@code described} says what it should be. */
    public Matcher match(String field, Pattern pattern, String described) {
        Matcher matcher = pattern.matcher(text(field));
        if (!matcher.matches()) {
            throw notWhat(field, fields.get(field), described);
        }
        return matcher;
    }

    /** The text of {@code field}, if the row has it. */
    public Optional<String> optionalText(String field) {
        return has(field) ? Optional.of(text(field)) : Optional.empty();
    }

    /** The same row with {@code field} set to {@code value}. */
    public Row with(String field, String value) {
        ObjectNode copy = fields.deepCopy();
        copy.put(field, value);
        return new Row(origin, form, copy);
    }

    /** What is wrong with this row, with its place and the form that it should have. */
    public UserError wrong(String format, Object... arguments) {
        return UserError.failed("%s: %s. A row of this file looks like %s", origin, format.formatted(arguments), form);
    }

    private JsonNode require(String field) {
        JsonNode value = fields.get(field);
        if (value == null || value.isNull()) {
            throw wrong("field `%s` is missing", field);
        }
        return value;
    }

    private UserError notWhat(String field, JsonNode value, String expected) {
        return wrong("field `%s` is %s; it must be %s", field, shown(value), expected);
    }

    private static String shown(JsonNode value) {
        String text = value.toString();
        return text.length() <= 60 ? text : text.substring(0, 60) + "...";
    }
}
