package org.llamadl4j.notebook.jupyter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.error.UserError;

class JupyterTest {

    private static final Path HOME = Path.of("home");

    @Test
    @EnabledOnOs(OS.LINUX)
    void kernelsLieWhereJupyterLooks() {
        assertThat(new Jupyter(Map.of(), HOME).kernels()).isEqualTo(HOME.resolve(".local/share/jupyter/kernels"));
        assertThat(new Jupyter(Map.of("XDG_DATA_HOME", "data"), HOME).kernels())
                .isEqualTo(Path.of("data/jupyter/kernels"));
        assertThat(new Jupyter(Map.of("XDG_DATA_HOME", "data", "JUPYTER_DATA_DIR", "own"), HOME).kernels())
                .isEqualTo(Path.of("own/kernels"));
    }

    @Test
    void labIsPreferredToNotebook(@TempDir Path bin) throws IOException {
        Jupyter jupyter = new Jupyter(Map.of("PATH", bin.toString()), HOME);
        assertThat(jupyter.frontEnd()).isEmpty();
        Path notebook = program(bin, "jupyter-notebook");
        assertThat(jupyter.frontEnd()).contains(notebook);
        Path lab = program(bin, "jupyter-lab");
        assertThat(jupyter.frontEnd()).contains(lab);
    }

    @Test
    void whoeverLacksNbconvertIsToldHowToGetIt(@TempDir Path bin) {
        assertThatThrownBy(() -> new Jupyter(Map.of("PATH", bin.toString()), HOME).nbconvert())
                .isInstanceOf(UserError.class)
                .hasMessageContaining("pip install nbconvert");
    }

    @Test
    void aNotebookThatIsNotThereIsNamed() {
        NotebookExecution execution = new NotebookExecution(new Jupyter(Map.of(), HOME), KernelSpec.ofThisProcess());
        assertThatThrownBy(() -> execution.run(Path.of("none.ipynb"), false))
                .isInstanceOf(UserError.class)
                .hasMessage("none.ipynb does not exist");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void ofAFailureTheCellIsShownAndNotTheProgram(@TempDir Path bin) throws IOException {
        Path nbconvert = program(bin, "jupyter-nbconvert");
        Files.writeString(nbconvert, """
                #!/bin/sh
                echo "Traceback: of the program itself"
                echo "Error: An error occurred while executing the following cell:"
                echo "preset(7)"
                exit 1
                """);
        Path notebook = Files.createFile(bin.resolve("a.ipynb"));
        NotebookExecution execution =
                new NotebookExecution(new Jupyter(Map.of("PATH", bin.toString()), HOME), KernelSpec.ofThisProcess());
        assertThatThrownBy(() -> execution.run(notebook, false))
                .isInstanceOf(UserError.class)
                .hasMessageEndingWith("An error occurred while executing the following cell:\npreset(7)")
                .hasMessageContaining("a.ipynb does not run through")
                .hasMessageNotContaining("Traceback");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void newOutputsAreWrittenWhereTheyAreAskedFor(@TempDir Path bin) throws Exception {
        Path nbconvert = program(bin, "jupyter-nbconvert");
        Files.writeString(nbconvert, """
                #!/bin/sh
                # Its last arguments are --output-dir DIR NOTEBOOK.
                while [ "$#" -gt 3 ]; do shift; done
                echo executed >"$2/$(basename "$3")"
                """);
        Path notebook = Files.writeString(bin.resolve("a.ipynb"), "as it was");
        NotebookExecution execution =
                new NotebookExecution(new Jupyter(Map.of("PATH", bin.toString()), HOME), KernelSpec.ofThisProcess());
        execution.run(notebook, false);
        assertThat(notebook).hasContent("as it was");
        execution.run(notebook, true);
        assertThat(notebook).hasContent("executed");
    }

    private static Path program(Path folder, String name) throws IOException {
        Path file = Files.createFile(folder.resolve(name));
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }
}
