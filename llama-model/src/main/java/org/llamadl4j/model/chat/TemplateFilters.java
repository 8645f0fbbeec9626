package org.llamadl4j.model.chat;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.util.ObjectTruthValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The filters that templates may use: Jinjava's where they do what Jinja2's do, ours where they do not. */
final class TemplateFilters {

    /** Jinjava's that are kept. */
    static final Set<String> KEPT = Set.of(
            "abs",
            "capitalize",
            "count",
            "first",
            "float",
            "int",
            "last",
            "length",
            "list",
            "lower",
            "map",
            "reject",
            "rejectattr",
            "replace",
            "safe",
            "select",
            "selectattr",
            "sort",
            "sum",
            "title",
            "unique",
            "upper");

    private TemplateFilters() {}

    /** All that templates may use. */
    static Set<String> names() {
        Set<String> names = new HashSet<>(KEPT);
        own().forEach(filter -> names.add(filter.getName()));
        return names;
    }

    static List<Filter> own() {
        return List.of(
                new Own(
                        "trim",
                        (value, arguments, named) -> arguments.length == 0
                                ? PythonStrings.strip(PythonText.str(value))
                                : PythonStrings.strip(PythonText.str(value), PythonText.str(arguments[0]))),
                new Own("string", (value, arguments, named) -> PythonText.str(value)),
                new Own(
                        "tojson",
                        (value, arguments, named) -> json(arguments, named).write(value)),
                new Own(
                        "items",
                        (value, arguments, named) -> value == null ? List.of() : TemplateValues.items(map(value))),
                new Own("dictsort", (value, arguments, named) -> sorted(map(value))),
                new Own("join", TemplateFilters::join),
                new Own("reverse", TemplateFilters::reverse),
                new Own("default", TemplateFilters::otherwise),
                new Own("d", TemplateFilters::otherwise),
                new Own("indent", TemplateFilters::indent),
                new Own("max", (value, arguments, named) -> extreme(value, 1)),
                new Own("min", (value, arguments, named) -> extreme(value, -1)));
    }

    @FunctionalInterface
    private interface Body {
        Object apply(Object value, Object[] arguments, Map<String, Object> named);
    }

    private record Own(String name, Body body) implements Filter {

        @Override
        public String getName() {
            return name;
        }

        @Override
        public Object filter(
                Object value, JinjavaInterpreter interpreter, Object[] arguments, Map<String, Object> named) {
            return body.apply(value, arguments, named);
        }

        @Override
        public Object filter(Object value, JinjavaInterpreter interpreter, String... arguments) {
            return body.apply(value, arguments, Map.of());
        }
    }

    private static PythonJson json(Object[] arguments, Map<String, Object> named) {
        Object ascii = argument(0, "ensure_ascii", arguments, named);
        Object indent = argument(1, "indent", arguments, named);
        Object separators = argument(2, "separators", arguments, named);
        Object sorted = argument(3, "sort_keys", arguments, named);
        int spaces = indent instanceof Number number ? number.intValue() : -1;
        if (spaces > 100) {
            throw new TemplateException(0, "tojson with an indentation of %d".formatted(spaces));
        }
        String between = spaces >= 0 ? "," : PythonJson.DEFAULT.itemSeparator();
        String behindKey = PythonJson.DEFAULT.keySeparator();
        if (separators instanceof List<?> pair && pair.size() == 2) {
            between = PythonText.str(pair.get(0));
            behindKey = PythonText.str(pair.get(1));
        }
        return new PythonJson(spaces, between, behindKey, isTrue(ascii), isTrue(sorted));
    }

    private static Object join(Object value, Object[] arguments, Map<String, Object> named) {
        Object separator = argument(0, "d", arguments, named);
        Object attribute = argument(1, "attribute", arguments, named);
        List<String> parts = new ArrayList<>();
        for (Object part : list(value)) {
            parts.add(PythonText.str(attribute == null ? part : map(part).get(attribute.toString())));
        }
        return PythonStrings.call(PythonText.str(separator), "join", List.of(parts));
    }

    private static Object reverse(Object value, Object[] arguments, Map<String, Object> named) {
        if (value instanceof String text) {
            return new StringBuilder(text).reverse().toString();
        }
        List<Object> reversed = new ArrayList<>(list(value));
        Collections.reverse(reversed);
        return reversed;
    }

    private static Object otherwise(Object value, Object[] arguments, Map<String, Object> named) {
        boolean alsoFalse = isTrue(argument(1, "boolean", arguments, named));
        boolean there = value != null && (!alsoFalse || isTrue(value));
        return there ? value : argument(0, "default_value", arguments, named);
    }

    /** Indents all lines but the first and, unless {@code blank}, empty ones. */
    private static Object indent(Object value, Object[] arguments, Map<String, Object> named) {
        Object width = argument(0, "width", arguments, named);
        boolean first = isTrue(argument(1, "first", arguments, named));
        boolean blank = isTrue(argument(2, "blank", arguments, named));
        int spaces = width instanceof Number number ? number.intValue() : 4;
        if (spaces > 1000) {
            throw new TemplateException(0, "an indentation of %d".formatted(spaces));
        }
        String indentation = width instanceof String text ? text : " ".repeat(Math.max(0, spaces));
        String text = PythonText.str(value);
        long lines = 1 + text.chars().filter(c -> c == '\n').count();
        TemplateLimits.checkLength(text.length() + lines * indentation.length());
        StringBuilder indented = new StringBuilder(first ? indentation : "");
        String[] all = text.split("\n", -1);
        for (int i = 0; i < all.length; i++) {
            boolean indents = i > 0 && (blank || !all[i].isEmpty());
            indented.append(i > 0 ? "\n" : "")
                    .append(indents ? indentation : "")
                    .append(all[i]);
        }
        return indented.toString();
    }

    private static Object sorted(Map<?, ?> map) {
        List<List<Object>> items = TemplateValues.items(map);
        items.sort(Comparator.comparing(item -> item.get(0).toString(), String.CASE_INSENSITIVE_ORDER));
        return items;
    }

    private static Object extreme(Object value, int sign) {
        Comparator<Object> order = TemplateFilters::compare;
        return list(value).stream()
                .map(element -> (Object) element)
                .max(sign > 0 ? order : order.reversed())
                .orElse(null);
    }

    private static int compare(Object a, Object b) {
        return a instanceof Number left && b instanceof Number right
                ? Double.compare(left.doubleValue(), right.doubleValue())
                : PythonText.str(a).compareTo(PythonText.str(b));
    }

    private static Object argument(int position, String name, Object[] arguments, Map<String, Object> named) {
        return named.containsKey(name) ? named.get(name) : position < arguments.length ? arguments[position] : null;
    }

    private static boolean isTrue(Object value) {
        return ObjectTruthValue.evaluate(value);
    }

    private static Map<?, ?> map(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new TemplateException(0, "a filter for maps was given something else");
    }

    private static Collection<?> list(Object value) {
        if (value instanceof Collection<?> list) {
            return list;
        }
        if (value instanceof Map<?, ?> map) {
            return map.keySet();
        }
        if (value instanceof String text) {
            return Arrays.asList(text.codePoints().mapToObj(Character::toString).toArray());
        }
        throw new TemplateException(0, "a filter for lists was given something else");
    }
}
