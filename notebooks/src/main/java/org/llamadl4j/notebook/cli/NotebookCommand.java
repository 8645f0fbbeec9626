package org.llamadl4j.notebook.cli;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import lombok.extern.slf4j.Slf4j;
import org.llamadl4j.model.cli.LlamaCommand;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.notebook.jupyter.Jupyter;
import org.llamadl4j.notebook.jupyter.KernelSpec;
import org.llamadl4j.notebook.jupyter.NotebookExecution;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code llama notebook}: the kernel for Jupyter, Jupyter itself, and a check that the notebooks run. */
@Slf4j
@Command(
        name = "notebook",
        description = "Install a Jupyter kernel for Java that has this program's library, and open the notebooks.")
public final class NotebookCommand implements LlamaCommand {

    @Parameters(
            arity = "0..*",
            paramLabel = "NOTEBOOK",
            description = "With --check, the notebooks to execute (default: all in the folder notebooks).")
    private List<Path> named;

    @Option(
            names = "--kernel-dir",
            paramLabel = "DIR",
            description = "Write the kernel specification to DIR/" + KernelSpec.NAME + ", and do nothing else.")
    private Path kernelDir;

    @Option(names = "--check", description = "Execute the notebooks from top to bottom; a cell that throws fails.")
    private boolean check;

    @Option(names = "--update", description = "With --check, write the new outputs into the notebooks.")
    private boolean update;

    @Override
    public Integer call() throws Exception {
        KernelSpec kernel = KernelSpec.ofThisProcess();
        Jupyter jupyter = Jupyter.ofThisUser();
        if (kernelDir != null) {
            log.info("wrote {}", kernel.write(kernelDir));
            return 0;
        }
        if (check) {
            return check(new NotebookExecution(jupyter, kernel));
        }
        if (update || named != null) {
            throw UserError.usage("NOTEBOOK and --update go with --check");
        }
        Path folder = folder();
        log.info("the kernel is in {}", kernel.write(jupyter.kernels()));
        Optional<Path> frontEnd = jupyter.frontEnd();
        if (frontEnd.isEmpty()) {
            log.info(
                    "neither JupyterLab nor Jupyter Notebook is in PATH. `pip install jupyterlab` or, on Debian and Ubuntu,"
                            + " `apt-get install jupyter-notebook` installs one; then `./llama notebook` again, or open the"
                            + " notebooks in {} with any editor that has Jupyter kernels",
                    folder);
            return 1;
        }
        return jupyter.open(frontEnd.get(), folder);
    }

    private int check(NotebookExecution execution) throws Exception {
        for (Path notebook : named == null ? notebooks(folder()) : named) {
            long began = System.nanoTime();
            execution.run(notebook, update);
            log.info("{}: every cell ran, {} s", notebook, "%.0f".formatted((System.nanoTime() - began) * 1e-9));
        }
        return 0;
    }

    private static List<Path> notebooks(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".ipynb"))
                    .sorted()
                    .toList();
        }
    }

    /** The folder of this module, from the place of its classes. */
    private static Path folder() throws URISyntaxException {
        Path classes = Path.of(NotebookCommand.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path folder = classes.resolve("../..").normalize();
        if (!Files.exists(folder.resolve("pom.xml"))) {
            throw UserError.failed(
                    "the notebooks are in a clone of the project, and this program does not run from one");
        }
        return folder;
    }
}
