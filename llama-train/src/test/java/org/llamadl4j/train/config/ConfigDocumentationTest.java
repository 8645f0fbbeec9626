package org.llamadl4j.train.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigDocumentationTest {

    @Test
    void everyKeyIsDocumented() {
        assertThat(ConfigKeys.ALL).isNotEmpty().allSatisfy((name, key) -> {
            assertThat(key.setting()).as(name).isNotNull();
            assertThat(key.setting().value()).as(name).endsWith(".");
        });
    }

    @Test
    void everyDefaultIsAllowed() {
        TrainConfig.defaults()
                .values()
                .forEach((name, value) -> assertThat(ConfigKeys.find(name).readObject(value))
                        .as(name)
                        .isEqualTo(value));
    }

    @Test
    void theHelpIsAFileThatGivesTheDefaults(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("defaults.yaml"), ConfigDocumentation.yaml());

        assertThat(TrainConfig.read(file)).isEqualTo(TrainConfig.defaults());
    }

    @Test
    void docsShowWhatTheProgramPrints() throws IOException {
        String page = Files.readString(Path.of("../docs/configuration.md"));

        assertThat(page)
                .as("docs/configuration.md between the fences: the output of ./llama train --help-config")
                .contains("```yaml\n" + ConfigDocumentation.yaml() + "```\n");
    }
}
