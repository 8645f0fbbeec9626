package org.llamadl4j.train.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Every key of {@link TrainConfig} with its default, meaning and limits, as a YAML file with comments. */
public final class ConfigDocumentation {

    private static final int WIDTH = 100;

    private ConfigDocumentation() {}

    /** The whole file; {@link TrainConfig#read} reads it as the defaults. */
    public static String yaml() {
        Map<String, Object> defaults = TrainConfig.defaults().values();
        StringBuilder yaml = new StringBuilder();
        for (RecordComponent component : TrainConfig.class.getRecordComponents()) {
            String name = component.getName();
            if (ConfigKeys.isSection(component)) {
                comment(yaml, "", component.getAnnotation(Setting.class).value());
                yaml.append(name).append(":\n");
                ConfigKeys.ALL.values().stream()
                        .filter(key -> key.name().startsWith(name + "."))
                        .forEach(key -> key(yaml, "  ", key, defaults.get(key.name())));
                yaml.append('\n');
            } else {
                key(yaml, "", ConfigKeys.find(name), defaults.get(name));
            }
        }
        return yaml.toString();
    }

    private static void key(StringBuilder yaml, String indent, ConfigKey key, Object value) {
        comment(yaml, indent, key.setting().value() + " Allowed: " + key.allowed() + ".");
        yaml.append(indent)
                .append(key.name().substring(key.name().indexOf('.') + 1))
                .append(':')
                .append(value == null ? "" : " " + value)
                .append('\n');
    }

    private static void comment(StringBuilder yaml, String indent, String text) {
        for (String line : wrap(text, WIDTH - indent.length() - 2)) {
            yaml.append(indent).append("# ").append(line).append('\n');
        }
    }

    private static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
