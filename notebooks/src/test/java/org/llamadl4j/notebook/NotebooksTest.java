package org.llamadl4j.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.llamadl4j.notebook.jupyter.KernelSpec;

/** The notebooks as they are committed; {@code ./llama notebook --check} executes them. */
class NotebooksTest {

    private static final int MOST_BYTES = 500_000;
    private static final int MOST_LINES_TO_A_SAMPLE = 20;

    static List<Path> notebooks() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("."))) {
            return files.filter(file -> file.toString().endsWith(".ipynb"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("notebooks")
    void carriesTheOutputsOfOneRunFromTopToBottom(Path notebook) throws IOException {
        int count = 0;
        for (JsonNode cell : codeCells(notebook)) {
            assertThat(cell.path("execution_count").asInt()).isEqualTo(++count);
            assertThat(cell.path("outputs"))
                    .allSatisfy(output -> assertThat(output.path("output_type").asText())
                            .isIn("execute_result", "display_data", "stream"));
        }
        assertThat(count).isPositive();
    }

    @ParameterizedTest
    @MethodSource("notebooks")
    void isSmallAndNamesTheKernel(Path notebook) throws IOException {
        assertThat(Files.size(notebook)).isLessThan(MOST_BYTES);
        assertThat(read(notebook).at("/metadata/kernelspec/name").asText()).isEqualTo(KernelSpec.NAME);
    }

    @ParameterizedTest
    @MethodSource("notebooks")
    void linksToFilesThatAreThere(Path notebook) throws IOException {
        var links = java.util.regex.Pattern.compile("\\]\\(([^):#]+)\\)");
        for (JsonNode cell : read(notebook).path("cells")) {
            var matcher = links.matcher(source(cell));
            while (cell.path("cell_type").asText().equals("markdown") && matcher.find()) {
                assertThat(notebook.resolveSibling(matcher.group(1))).exists();
            }
        }
    }

    @Test
    void aFewLinesLeadToASampleFromATrainedModel() throws IOException {
        List<String> lines = new ArrayList<>();
        boolean trained = false;
        for (JsonNode cell : codeCells(Path.of("01-train-your-first-llama.ipynb"))) {
            source(cell).lines().filter(line -> !line.isBlank()).forEach(lines::add);
            if (trained && source(cell).contains("generate(")) {
                break;
            }
            trained |= source(cell).contains(".train()");
        }
        assertThat(trained).isTrue();
        assertThat(lines).last().asString().contains("generate(");
        assertThat(lines).hasSizeLessThanOrEqualTo(MOST_LINES_TO_A_SAMPLE);
    }

    private static List<JsonNode> codeCells(Path notebook) throws IOException {
        List<JsonNode> cells = new ArrayList<>();
        for (JsonNode cell : read(notebook).path("cells")) {
            if (cell.path("cell_type").asText().equals("code")) {
                cells.add(cell);
            }
        }
        return cells;
    }

    private static String source(JsonNode cell) {
        StringBuilder source = new StringBuilder();
        cell.path("source").forEach(line -> source.append(line.asText()));
        return source.toString();
    }

    private static JsonNode read(Path notebook) throws IOException {
        return JsonMapper.builder().build().readTree(notebook.toFile());
    }
}
