package org.llamadl4j.model.chat;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELResolver;
import lombok.RequiredArgsConstructor;

/**
 * What a template finds in values: elements of lists and maps, characters of strings, and methods of Python. These are all
 * there is: no property or method of a Java object is ever looked up, so that a template cannot reach beyond its values.
 */
@RequiredArgsConstructor
final class TemplateValues extends ELResolver {

    /** A method that stands for {@code [::-1]}. */
    static final String REVERSED = "reversed_sequence";

    private final TemplateLimits limits;

    @Override
    public Object getValue(ELContext context, Object base, Object property) {
        limits.step();
        context.setPropertyResolved(true);
        String name = String.valueOf(property);
        if (base instanceof Map<?, ?> map) {
            return map.get(name);
        }
        if (base instanceof List<?> list) {
            int index = index(name, list.size());
            return index < 0 ? null : list.get(index);
        }
        if (base instanceof String text) {
            int characters = text.codePointCount(0, text.length());
            int index = index(name, characters);
            return index < 0 ? null : Character.toString(text.codePointAt(text.offsetByCodePoints(0, index)));
        }
        if (base instanceof Map.Entry<?, ?> entry) {
            int index = index(name, 2);
            return index < 0 ? null : index == 0 ? entry.getKey() : entry.getValue();
        }
        return null;
    }

    /** The index that {@code name} means, counted from the end where negative; -1 for none. */
    private static int index(String name, int size) {
        try {
            int index = Integer.parseInt(name);
            int fromStart = index < 0 ? index + size : index;
            return fromStart >= 0 && fromStart < size ? fromStart : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    @Override
    public Object invoke(ELContext context, Object base, Object method, Class<?>[] types, Object[] parameters) {
        limits.step();
        context.setPropertyResolved(true);
        String name = String.valueOf(method);
        if (base instanceof Filter filter) {
            return filter(filter, parameters);
        }
        if (base instanceof ExpTest test) {
            return test(test, name, parameters);
        }
        List<Object> arguments = parameters == null ? List.of() : Arrays.asList(parameters);
        if (base instanceof String text) {
            return name.equals(REVERSED)
                    ? new StringBuilder(text).reverse().toString()
                    : PythonStrings.call(text, name, arguments);
        }
        if (base instanceof Map<?, ?> map) {
            return call(map, name, arguments);
        }
        if (base instanceof List<?> list) {
            return call(list, name, arguments);
        }
        throw new TemplateException(0, "no method '%s' of %s".formatted(name, kind(base)));
    }

    @SuppressWarnings("unchecked")
    private static Object filter(Filter filter, Object[] parameters) {
        return filter.filter(
                parameters[0], (JinjavaInterpreter) parameters[1], (Object[]) parameters[2], (Map<String, Object>)
                        parameters[3]);
    }

    private static boolean test(ExpTest test, String name, Object[] parameters) {
        JinjavaInterpreter interpreter = (JinjavaInterpreter) parameters[1];
        Object[] arguments = Arrays.copyOfRange(parameters, 2, parameters.length);
        return name.equals("evaluate")
                ? test.evaluate(parameters[0], interpreter, arguments)
                : test.evaluateNegated(parameters[0], interpreter, arguments);
    }

    private static Object call(Map<?, ?> map, String name, List<Object> arguments) {
        return switch (name) {
            case "items" -> items(map);
            case "keys" -> List.copyOf(map.keySet());
            case "values" -> new ArrayList<Object>(map.values());
            case "get" -> {
                String key = String.valueOf(arguments.isEmpty() ? null : arguments.get(0));
                Object otherwise = arguments.size() > 1 ? arguments.get(1) : null;
                yield map.containsKey(key) ? map.get(key) : otherwise;
            }
            default -> throw new TemplateException(0, "maps have no method '%s' here".formatted(name));
        };
    }

    private static Object call(List<?> list, String name, List<Object> arguments) {
        return switch (name) {
            case "index" -> list.indexOf(arguments.get(0));
            case "count" -> Collections.frequency(list, arguments.get(0));
            case REVERSED -> {
                List<Object> reversed = new ArrayList<>(list);
                Collections.reverse(reversed);
                yield reversed;
            }
            default -> throw new TemplateException(0, "lists have no method '%s' here".formatted(name));
        };
    }

    /** Pairs of key and value. */
    static List<List<Object>> items(Map<?, ?> map) {
        List<List<Object>> items = new ArrayList<>(map.size());
        map.forEach((key, value) -> items.add(Arrays.asList(key, value)));
        return items;
    }

    private static String kind(Object value) {
        if (value == null) {
            return "something that is not there";
        }
        return value instanceof Number ? "a number" : value instanceof Collection<?> ? "a list" : "such a value";
    }

    @Override
    public Class<?> getType(ELContext context, Object base, Object property) {
        context.setPropertyResolved(true);
        return Object.class;
    }

    @Override
    public void setValue(ELContext context, Object base, Object property, Object value) {
        throw new TemplateException(0, "a template cannot change its values");
    }

    @Override
    public boolean isReadOnly(ELContext context, Object base, Object property) {
        return true;
    }

    @Override
    public java.util.Iterator<java.beans.FeatureDescriptor> getFeatureDescriptors(ELContext context, Object base) {
        return Collections.emptyIterator();
    }

    @Override
    public Class<?> getCommonPropertyType(ELContext context, Object base) {
        return Object.class;
    }
}
