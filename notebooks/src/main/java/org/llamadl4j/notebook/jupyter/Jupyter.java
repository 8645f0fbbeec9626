package org.llamadl4j.notebook.jupyter;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.llamadl4j.model.error.UserError;

/**
 * The Jupyter of this machine, as the environment describes it.
 *
 * @param environment as of a process
 * @param home the user's
 */
public record Jupyter(Map<String, String> environment, Path home) {

    /** Programs that show notebooks, the best first. */
    private static final List<String> FRONT_ENDS = List.of("jupyter-lab", "jupyter-notebook");

    private static final String NBCONVERT = "jupyter-nbconvert";

    /** That of the user of this process. */
    public static Jupyter ofThisUser() {
        return new Jupyter(System.getenv(), Path.of(System.getProperty("user.home")));
    }

    /** The folder of the user's kernel specifications, where Jupyter looks for them on this system. */
    public Path kernels() {
        return dataFolder().resolve("kernels");
    }

    private Path dataFolder() {
        String chosen = environment.get("JUPYTER_DATA_DIR");
        if (chosen != null) {
            return Path.of(chosen);
        }
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        if (system.contains("mac")) {
            return home.resolve("Library/Jupyter");
        }
        if (system.contains("windows")) {
            return Path.of(environment.getOrDefault("APPDATA", home.toString())).resolve("jupyter");
        }
        String data = environment.get("XDG_DATA_HOME");
        return (data == null ? home.resolve(".local/share") : Path.of(data)).resolve("jupyter");
    }

    /** JupyterLab, else Jupyter Notebook; empty where neither is installed. */
    public Optional<Path> frontEnd() {
        return FRONT_ENDS.stream().flatMap(name -> find(name).stream()).findFirst();
    }

    /**
     * The program that executes notebooks.
     *
     * @throws UserError if it is not installed
     */
    public Path nbconvert() {
        return find(NBCONVERT)
                .orElseThrow(() -> UserError.failed(
                        "notebooks are executed by %s, which is not in PATH; `pip install nbconvert` or, on Debian and Ubuntu, `apt-get install jupyter-nbconvert` installs it",
                        NBCONVERT));
    }

    private Optional<Path> find(String program) {
        return Arrays.stream(environment.getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .flatMap(folder -> Stream.of(program, program + ".exe").map(Path.of(folder)::resolve))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Starts {@code frontEnd} on {@code folder} in the foreground, and returns its exit status when it ends.
     *
     * @throws UserError if it cannot be started
     */
    public int open(Path frontEnd, Path folder) throws InterruptedException {
        try {
            return new ProcessBuilder(frontEnd.toString())
                    .directory(folder.toFile())
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw UserError.failed(e, "%s does not start: %s", frontEnd, e.getMessage());
        }
    }
}
