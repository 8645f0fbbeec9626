package org.llamadl4j.model.chat;

import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;

/**
 * JSON as Python's {@code json.dumps} writes it, and the filter {@code tojson} of Hugging Face's templates with it.
 *
 * @param indent spaces of a level; -1 for one line
 * @param itemSeparator between elements
 * @param keySeparator between key and value
 * @param ascii whether other characters are written as escapes
 * @param sorted whether keys are sorted
 */
record PythonJson(int indent, String itemSeparator, String keySeparator, boolean ascii, boolean sorted) {

    private static final int DEEPEST = 200;

    /** Without arguments. */
    static final PythonJson DEFAULT = new PythonJson(-1, ", ", ": ", false, false);

    String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, 0, out);
        return out.toString();
    }

    private void write(Object value, int depth, StringBuilder out) {
        if (depth > DEEPEST) {
            throw new TemplateException(0, "tojson of more than %d levels".formatted(DEEPEST));
        }
        if (value == null) {
            out.append("null");
        } else if (value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof Number number) {
            out.append(PythonText.number(number));
        } else if (value instanceof Map<?, ?> map) {
            writeMap(sorted ? new TreeMap<>(map) : map, depth, out);
        } else if (value instanceof Collection<?> list) {
            Iterator<?> elements = list.iterator();
            out.append('[');
            while (elements.hasNext()) {
                breakLine(depth + 1, out);
                write(elements.next(), depth + 1, out);
                out.append(elements.hasNext() ? itemSeparator : "");
            }
            end(']', list.isEmpty(), depth, out);
        } else {
            quote(value.toString(), out);
        }
        TemplateLimits.checkLength(out.length());
    }

    private void writeMap(Map<?, ?> map, int depth, StringBuilder out) {
        Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
        out.append('{');
        while (entries.hasNext()) {
            Map.Entry<?, ?> entry = entries.next();
            breakLine(depth + 1, out);
            quote(entry.getKey().toString(), out);
            out.append(keySeparator);
            write(entry.getValue(), depth + 1, out);
            out.append(entries.hasNext() ? itemSeparator : "");
        }
        end('}', map.isEmpty(), depth, out);
    }

    private void end(char bracket, boolean empty, int depth, StringBuilder out) {
        if (!empty) {
            breakLine(depth, out);
        }
        out.append(bracket);
    }

    private void breakLine(int depth, StringBuilder out) {
        if (indent >= 0) {
            out.append('\n').append(" ".repeat(indent * depth));
        }
    }

    private void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < ' ' || ascii && c > '~') {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
