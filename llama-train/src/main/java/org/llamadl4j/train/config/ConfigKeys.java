package org.llamadl4j.train.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.llamadl4j.model.error.UserError;

/** The keys of {@link TrainConfig}, found in its record components. */
final class ConfigKeys {

    /** Every key by its dotted name, in the order of declaration. */
    static final Map<String, ConfigKey> ALL = all();

    private ConfigKeys() {}

    /** The key called {@code name}; there being none is a {@link UserError} that names the nearest. */
    static ConfigKey find(String name) {
        ConfigKey key = ALL.get(name);
        if (key == null) {
            throw UserError.usage("%s is no configuration key; the nearest is %s", name, nearest(name));
        }
        return key;
    }

    /** The components of {@link TrainConfig} that have keys of their own. */
    static boolean isSection(RecordComponent component) {
        return component.getType().isRecord();
    }

    static TrainConfig with(TrainConfig config, String name, Object value) {
        ConfigKey key = find(name);
        Map<String, Object> values = values(config);
        values.put(name, key.readObject(value));
        return fromValues(values);
    }

    static Map<String, Object> values(TrainConfig config) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (RecordComponent component : TrainConfig.class.getRecordComponents()) {
            Object value = get(component, config);
            if (isSection(component)) {
                for (RecordComponent inner : component.getType().getRecordComponents()) {
                    values.put(component.getName() + "." + inner.getName(), get(inner, value));
                }
            } else {
                values.put(component.getName(), value);
            }
        }
        return values;
    }

    static TrainConfig fromValues(Map<String, Object> values) {
        return construct(TrainConfig.class, "", values);
    }

    /** The name with the fewest edits; a name without its section is compared too. */
    private static String nearest(String name) {
        return Collections.min(
                ALL.keySet(),
                Comparator.comparingInt(candidate -> Math.min(
                        EditDistance.between(name, candidate),
                        EditDistance.between(name, candidate.substring(candidate.indexOf('.') + 1)))));
    }

    private static Map<String, ConfigKey> all() {
        Map<String, ConfigKey> keys = new LinkedHashMap<>();
        for (RecordComponent component : TrainConfig.class.getRecordComponents()) {
            if (isSection(component)) {
                for (RecordComponent inner : component.getType().getRecordComponents()) {
                    put(keys, component.getName() + "." + inner.getName(), inner);
                }
            } else {
                put(keys, component.getName(), component);
            }
        }
        return Collections.unmodifiableMap(keys);
    }

    private static void put(Map<String, ConfigKey> keys, String name, RecordComponent component) {
        keys.put(name, new ConfigKey(name, component.getType(), component.getAnnotation(Setting.class)));
    }

    private static <T> T construct(Class<T> type, String prefix, Map<String, Object> values) {
        List<Class<?>> types = new ArrayList<>();
        List<Object> arguments = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix + component.getName();
            types.add(component.getType());
            arguments.add(isSection(component) ? construct(component.getType(), name + ".", values) : values.get(name));
        }
        try {
            return type.getDeclaredConstructor(types.toArray(Class<?>[]::new)).newInstance(arguments.toArray());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot construct " + type, e);
        }
    }

    private static Object get(RecordComponent component, Object section) {
        try {
            return component.getAccessor().invoke(section);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }

    /** The names of all keys. */
    static Collection<String> names() {
        return ALL.keySet();
    }
}
