package org.llamadl4j.model.checkpoint;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.llamadl4j.model.error.UserError;

/**
 * The metadata of a GGUF file.
 *
 * @param file for messages
 * @param values by key: Long, Float, Double, Boolean, String, or a List of these
 */
record GgufMetadata(Path file, Map<String, Object> values) {

    boolean has(String key) {
        return values.containsKey(key);
    }

    /** A whole number from {@code least} on. */
    int integer(String key, int least) {
        Object value = required(key);
        if (!(value instanceof Long number) || number < least || number > Integer.MAX_VALUE) {
            throw wrong(key, value, "a whole number from " + least);
        }
        return number.intValue();
    }

    int integer(String key, int least, int absent) {
        return has(key) ? integer(key, least) : absent;
    }

    /** A number, of those that a float32 stands for the one with the fewest digits: 1e-5 and not 9.9999997e-6. */
    double decimal(String key) {
        Object value = required(key);
        if (!(value instanceof Float || value instanceof Double)) {
            throw wrong(key, value, "a floating-point number");
        }
        return Double.parseDouble(value.toString());
    }

    double decimal(String key, double absent) {
        return has(key) ? decimal(key) : absent;
    }

    boolean flag(String key, boolean absent) {
        Object value = values.getOrDefault(key, absent);
        if (!(value instanceof Boolean flag)) {
            throw wrong(key, value, "true or false");
        }
        return flag;
    }

    String text(String key) {
        return element(key, required(key), String.class);
    }

    String text(String key, String absent) {
        return has(key) ? text(key) : absent;
    }

    /** An array whose elements are all of {@code type}. */
    <T> List<T> list(String key, Class<T> type) {
        if (!(required(key) instanceof List<?> list)) {
            throw wrong(key, values.get(key), "an array");
        }
        return list.stream().map(value -> element(key, value, type)).toList();
    }

    /** That {@code key} has a value that it must not have. */
    UserError wrong(String key, Object value, String right) {
        String shown = value instanceof List<?> list ? "an array of " + list.size() : value.toString();
        return UserError.failed(
                "%s: metadata key %s is %s; it must be %s",
                file, key, shown.length() > 100 ? shown.substring(0, 100) + "..." : shown, right);
    }

    private Object required(String key) {
        Object value = values.get(key);
        if (value == null) {
            throw UserError.failed("%s lacks the metadata key %s, which a LLaMA in a GGUF file has", file, key);
        }
        return value;
    }

    private <T> T element(String key, Object value, Class<T> type) {
        if (!type.isInstance(value)) {
            throw wrong(key, value, "of type " + type.getSimpleName());
        }
        return type.cast(value);
    }
}
