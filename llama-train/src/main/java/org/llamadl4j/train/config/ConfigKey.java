package org.llamadl4j.train.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.llamadl4j.model.error.UserError;

/**
 * One key of {@link TrainConfig}.
 *
 * @param name its dotted name, {@code optimizer.learningRate}
 * @param type the type of its record component
 * @param setting its documentation and limits
 */
record ConfigKey(String name, Class<?> type, Setting setting) {

    /** Whether the key may be left out, so that its value follows from others. */
    boolean optional() {
        return !type.isPrimitive() && !type.isEnum();
    }

    /** The value of {@code node} in the type of this key; a wrong type or range is a {@link UserError}. */
    Object read(JsonNode node) {
        if (isEmpty(node)) {
            if (optional()) {
                return null;
            }
            throw wrong("empty");
        }
        if (node.isContainerNode()) {
            throw wrong(node.isArray() ? "a list" : "a section");
        }
        return read(node.asText());
    }

    /** The value of {@code text}, as typed after {@code --set}. */
    Object read(String text) {
        String value = text.strip();
        if (type == String.class) {
            return value;
        }
        if (isTruth()) {
            return switch (value.toLowerCase(Locale.ROOT)) {
                case "true" -> true;
                case "false" -> false;
                default -> throw wrong(value);
            };
        }
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .filter(constant -> constant.toString().equalsIgnoreCase(value.replace('-', '_')))
                    .findFirst()
                    .orElseThrow(() -> wrong(value));
        }
        return readNumber(value);
    }

    /** The value of {@code value}, given from Java. */
    Object readObject(Object value) {
        return read(value == null ? NullNode.instance : TextNode.valueOf(value.toString()));
    }

    /** What may stand here: {@code a number more than 0 and at most 1}. */
    String allowed() {
        if (isTruth()) {
            return "true or false";
        }
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants()).map(Object::toString).collect(Collectors.joining(", "));
        }
        if (type == String.class) {
            return "a name";
        }
        String range = Interval.parse(setting.range()).words();
        return (isWhole() ? "a whole number" : "a number") + (range.isEmpty() ? "" : ", " + range);
    }

    /** Whether nothing stands after the colon. */
    static boolean isEmpty(JsonNode node) {
        return node.isNull() || node.isTextual() && node.textValue().isBlank();
    }

    private boolean isTruth() {
        return type == boolean.class || type == Boolean.class;
    }

    private boolean isWhole() {
        return type != double.class && type != Double.class;
    }

    private Object readNumber(String value) {
        double number;
        try {
            number = Double.parseDouble(value.replace("_", ""));
        } catch (NumberFormatException e) {
            throw wrong(value);
        }
        if (!Interval.parse(setting.range()).contains(number) || Double.isInfinite(number)) {
            throw wrong(value);
        }
        if (!isWhole()) {
            return number;
        }
        long whole = type == long.class ? wholeOf(value, number) : (long) number;
        if (whole != number || type != long.class && whole != (int) whole) {
            throw wrong(value);
        }
        return type == long.class ? (Object) whole : (Object) (int) whole;
    }

    /** A seed has more digits than a double holds. */
    private static long wholeOf(String value, double number) {
        try {
            return Long.parseLong(value.replace("_", ""));
        } catch (NumberFormatException e) {
            return (long) number;
        }
    }

    private UserError wrong(String value) {
        return UserError.usage("%s is %s; allowed: %s", name, value, allowed());
    }
}
