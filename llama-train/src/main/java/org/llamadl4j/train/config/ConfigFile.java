package org.llamadl4j.train.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.llamadl4j.model.error.UserError;

/** Reads a {@link TrainConfig} from YAML. */
final class ConfigFile {

    private static final YAMLMapper YAML = new YAMLMapper(YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());

    private ConfigFile() {}

    static TrainConfig read(Path file) {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw UserError.usage("the configuration %s is no readable file", file);
        }
        try {
            return read(YAML.readTree(Files.readString(file)));
        } catch (JsonProcessingException e) {
            throw UserError.usage(
                    "%s, line %d: this is not YAML that can be read: %s",
                    file,
                    e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
                    e.getOriginalMessage().lines().findFirst().orElse(""));
        } catch (IOException e) {
            throw UserError.failed(e, "the configuration %s cannot be read: %s", file, e.getMessage());
        } catch (UserError e) {
            throw UserError.usage("%s: %s", file, e.getMessage());
        }
    }

    private static TrainConfig read(JsonNode tree) {
        Map<String, Object> values = TrainConfig.defaults().values();
        if (tree.isMissingNode() || ConfigKey.isEmpty(tree)) {
            return TrainConfig.defaults();
        }
        if (!tree.isObject()) {
            throw UserError.usage("expected keys such as `seed: 1`, found %s", tree);
        }
        tree.properties().forEach(entry -> put(values, entry.getKey(), entry.getValue()));
        return ConfigKeys.fromValues(values);
    }

    private static void put(Map<String, Object> values, String name, JsonNode node) {
        boolean section = ConfigKeys.names().stream().anyMatch(key -> key.startsWith(name + "."));
        if (section && node.isObject()) {
            node.properties().forEach(entry -> put(values, name + "." + entry.getKey(), entry.getValue()));
        } else if (section && !ConfigKey.isEmpty(node)) {
            throw UserError.usage("%s is a section; write its keys below it, indented", name);
        } else if (!section) {
            values.put(name, find(name, node).read(node));
        }
    }

    /** A section that does not exist is named by the first of its keys, so that the nearest key can be told. */
    private static ConfigKey find(String name, JsonNode node) {
        return ConfigKeys.find(
                node.isObject() && !node.isEmpty()
                        ? name + "." + node.fieldNames().next()
                        : name);
    }
}
