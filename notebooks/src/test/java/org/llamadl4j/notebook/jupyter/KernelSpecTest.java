package org.llamadl4j.notebook.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.notebook.kernel.KernelMain;

class KernelSpecTest {

    @Test
    void jupyterFindsHowThisProcessWasStarted(@TempDir Path kernels) throws IOException {
        Path folder = KernelSpec.ofThisProcess().write(kernels);
        assertThat(folder).isEqualTo(kernels.resolve("llama-java"));
        JsonNode json = JsonMapper.builder()
                .build()
                .readTree(folder.resolve("kernel.json").toFile());
        assertThat(Path.of(json.at("/argv/0").asText())).isExecutable();
        assertThat(json.path("argv"))
                .extracting(JsonNode::asText)
                .contains("--add-modules=jdk.incubator.vector")
                .endsWith(KernelMain.class.getName(), "{connection_file}");
        assertThat(json.path("interrupt_mode").asText()).isEqualTo("message");
        assertThat(json.at("/env/IJAVA_COMPILER_OPTS").asText()).isEqualTo("--add-modules jdk.incubator.vector");
    }

    @Test
    void theClassPathHoldsFromAnyFolder() {
        var command = KernelSpec.ofThisProcess().command();
        String classPath = command.get(command.indexOf("-cp") + 1);
        assertThat(classPath.split(System.getProperty("path.separator")))
                .allSatisfy(entry -> assertThat(Path.of(entry)).isAbsolute());
    }

    @Test
    void anOlderSpecificationIsReplaced(@TempDir Path kernels) throws IOException {
        Path file = KernelSpec.ofThisProcess().write(kernels).resolve("kernel.json");
        byte[] first = Files.readAllBytes(file);
        KernelSpec.ofThisProcess().write(kernels);
        assertThat(Files.readAllBytes(file)).isEqualTo(first);
    }
}
