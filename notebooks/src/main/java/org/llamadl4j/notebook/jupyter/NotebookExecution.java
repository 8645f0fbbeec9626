package org.llamadl4j.notebook.jupyter;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import lombok.RequiredArgsConstructor;
import org.apache.commons.io.FileUtils;
import org.llamadl4j.model.error.UserError;

/** Executes notebooks from top to bottom, each on a fresh kernel. */
@RequiredArgsConstructor
public final class NotebookExecution {

    /** Seconds that one cell may take. */
    private static final int SECONDS_A_CELL = 3600;

    private static final String CELL_FAILED = "An error occurred while executing the following cell";

    private final Jupyter jupyter;
    private final KernelSpec kernel;

    /**
     * Executes {@code notebook}.
     *
     * @param update whether its outputs are written into it; else the file stays as it is
     * @throws UserError if a cell throws, with what the kernel says of it, or if the file is no notebook
     */
    public void run(Path notebook, boolean update) throws InterruptedException {
        if (!Files.isRegularFile(notebook)) {
            throw UserError.failed("%s does not exist", notebook);
        }
        Path program = jupyter.nbconvert();
        try {
            Path temporary = Files.createTempDirectory("llama-notebook-");
            try {
                kernel.write(temporary.resolve("kernels"));
                run(program, notebook, temporary);
                if (update) {
                    Path executed = temporary.resolve(notebook.getFileName());
                    Files.move(executed, notebook, StandardCopyOption.REPLACE_EXISTING);
                }
            } finally {
                FileUtils.deleteQuietly(temporary.toFile());
            }
        } catch (IOException e) {
            throw UserError.failed(e, "%s cannot be executed: %s", notebook, e.getMessage());
        }
    }

    private void run(Path program, Path notebook, Path temporary) throws IOException, InterruptedException {
        Path log = temporary.resolve("log");
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        program.toString(),
                        "--to",
                        "notebook",
                        "--execute",
                        "--ExecutePreprocessor.kernel_name=" + KernelSpec.NAME,
                        "--ExecutePreprocessor.timeout=" + SECONDS_A_CELL,
                        // The first start of a JVM on a busy machine takes its time.
                        "--ExecutePreprocessor.startup_timeout=" + SECONDS_A_CELL,
                        // What a cell took is another number each time.
                        "--ExecutePreprocessor.record_timing=False",
                        "--output-dir",
                        temporary.toString(),
                        notebook.toAbsolutePath().toString()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        // First among the places where Jupyter looks for kernels.
        builder.environment()
                .merge("JUPYTER_PATH", temporary.toString(), (others, ours) -> ours + File.pathSeparator + others);
        int status = builder.start().waitFor();
        if (status != 0) {
            throw UserError.failed("%s does not run through:%n%s", notebook, whatWentWrong(log));
        }
    }

    /** What the program says of the cell that threw, without its own stack trace; else all that it says. */
    private static String whatWentWrong(Path log) throws IOException {
        String all = Files.readString(log, StandardCharsets.UTF_8).strip();
        return all.substring(Math.max(0, all.indexOf(CELL_FAILED)));
    }
}
