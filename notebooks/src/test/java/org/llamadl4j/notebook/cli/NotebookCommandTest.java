package org.llamadl4j.notebook.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.cli.Main;

class NotebookCommandTest {

    @Test
    void writesTheKernelWhereItIsTold(@TempDir Path folder) {
        assertThat(Main.run("notebook", "--kernel-dir", folder.toString())).isZero();
        assertThat(folder.resolve("llama-java/kernel.json")).isNotEmptyFile();
    }

    @Test
    void refusesToUpdateWithoutExecuting() {
        assertThat(Main.run("notebook", "--update")).isEqualTo(2);
    }

    @Test
    void aNotebookThatIsNotThereFails() {
        assertThat(Main.run("notebook", "--check", "none.ipynb")).isEqualTo(1);
    }
}
