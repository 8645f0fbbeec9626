package org.llamadl4j.eval.task;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.llamadl4j.model.error.UserError;

/** The keys of a YAML file, each in the type it is asked for; what is wrong with one is a {@link UserError}. */
record YamlFields(Path file, JsonNode tree) {

    private static final YAMLMapper YAML = new YAMLMapper(YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());

    static YamlFields read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw UserError.usage("there is no file %s with a task", file);
        }
        try {
            JsonNode tree = YAML.readTree(Files.readString(file));
            if (!tree.isObject()) {
                throw UserError.usage("%s: expected keys such as `name: capitals`", file);
            }
            return new YamlFields(file, tree);
        } catch (JsonProcessingException e) {
            throw UserError.usage(
                    "%s, line %d: this is not YAML that can be read: %s",
                    file,
                    e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
                    e.getOriginalMessage().lines().findFirst().orElse(""));
        } catch (IOException e) {
            throw UserError.failed(e, "%s cannot be read: %s", file, e.getMessage());
        }
    }

    /** Says which keys are none of {@code known}. */
    void allowOnly(List<String> known) {
        TreeSet<String> others = new TreeSet<>();
        tree.fieldNames().forEachRemaining(others::add);
        known.forEach(others::remove);
        if (!others.isEmpty()) {
            throw wrong("`%s` is no key of this kind of task; the keys are %s"
                    .formatted(others.first(), String.join(", ", known)));
        }
    }

    String text(String key) {
        return optionalText(key).orElseThrow(() -> wrong("`%s` is missing".formatted(key)));
    }

    Optional<String> optionalText(String key) {
        if (!tree.hasNonNull(key)) {
            return Optional.empty();
        }
        if (!tree.get(key).isValueNode()) {
            throw wrong("`%s` must be a text".formatted(key));
        }
        return Optional.of(tree.get(key).asText());
    }

    /** One of {@code allowed}, the first if the key is not there. */
    String choice(String key, List<String> allowed) {
        String value = optionalText(key).orElse(allowed.get(0));
        if (!allowed.contains(value)) {
            throw wrong("`%s` is %s; it must be one of %s".formatted(key, value, String.join(", ", allowed)));
        }
        return value;
    }

    int number(String key, int unless, int first, int last) {
        Optional<String> text = optionalText(key);
        if (text.isEmpty()) {
            return unless;
        }
        try {
            int number = Integer.parseInt(text.get());
            if (number >= first && number <= last) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw wrong("`%s` is %s; it must be a whole number from %d to %d".formatted(key, text.get(), first, last));
    }

    boolean truth(String key) {
        return choice(key, List.of("false", "true")).equals("true");
    }

    boolean isList(String key) {
        return tree.path(key).isArray();
    }

    /** The texts in a list, or one text; none if the key is not there. */
    List<String> texts(String key) {
        if (!isList(key)) {
            return optionalText(key).map(List::of).orElse(List.of());
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode element : tree.get(key)) {
            if (!element.isValueNode() || element.isNull()) {
                throw wrong("`%s` must be a list of texts".formatted(key));
            }
            texts.add(element.asText());
        }
        return texts;
    }

    UserError wrong(String message) {
        return UserError.usage("%s: %s", file, message);
    }
}
