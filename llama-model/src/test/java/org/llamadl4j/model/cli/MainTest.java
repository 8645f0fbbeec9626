package org.llamadl4j.model.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.llamadl4j.model.CapturedOutput;
import org.llamadl4j.model.error.UserError;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class MainTest {

    @RegisterExtension
    final CapturedOutput console = new CapturedOutput();

    @Test
    void helpListsTheCommandsInOrderOnStandardOut() {
        assertThat(run("--help")).isZero();
        assertThat(console.out()).contains("Usage: llama").containsSubsequence("fly", "Flies.", "walk", "Walks.");
        assertThat(console.err()).isEmpty();
    }

    @Test
    void versionNamesTheProjectsVersionAndTheJava() {
        assertThat(run("--version")).isZero();
        assertThat(console.out())
                .matches("llama \\d+\\.\\d+\\S* \\(Java %s, .*\\)\\R"
                        .formatted(Runtime.version().toString().replace("+", "\\+")));
    }

    @Test
    void commandsStatusIsThePrograms() {
        assertThat(run("walk", "--steps", "3")).isEqualTo(3);
    }

    @Test
    void everyCommandHasHelp() {
        assertThat(run("walk", "--help")).isZero();
        assertThat(console.out()).contains("Usage: llama walk", "--steps", "--verbose");
    }

    @Test
    void noCommandIsWrongUsageAndListsThem() {
        assertThat(run()).isEqualTo(2);
        assertThat(console.err()).contains("which command?", "fly", "walk", "'llama --help' tells more.");
    }

    @Test
    void mistypedCommandIsWrongUsageAndNamesTheNearest() {
        assertThat(run("wakl")).isEqualTo(2);
        assertThat(console.err()).contains("'wakl'", "Did you mean: llama walk");
    }

    @Test
    void mistypedOptionIsWrongUsageAndNamesTheNearest() {
        assertThat(run("walk", "--step", "3")).isEqualTo(2);
        assertThat(console.err()).contains("'--step'", "--steps", "'llama walk --help' tells more.");
    }

    @Test
    void valueOfTheWrongTypeIsWrongUsage() {
        assertThat(run("walk", "--steps", "many")).isEqualTo(2);
        assertThat(console.err()).contains("--steps", "'many'");
    }

    @Test
    void userErrorIsItsMessageInOneLineAndItsStatus() {
        assertThat(runFailing(UserError.failed("the file a.txt is empty"))).isEqualTo(1);
        assertThat(console.err()).isEqualTo("llama: the file a.txt is empty" + System.lineSeparator());
    }

    @Test
    void userErrorOfUsageHasStatusTwo() {
        assertThat(runFailing(UserError.usage("--shots must be positive"))).isEqualTo(2);
    }

    @Test
    void anyOtherExceptionIsOneLineWithoutStackTrace() {
        assertThat(runFailing(new IllegalStateException("wing is broken"))).isEqualTo(1);
        assertThat(console.err())
                .startsWith("llama: IllegalStateException: wing is broken")
                .contains("--verbose")
                .doesNotContain("\tat ");
    }

    @Test
    void fileThatIsNotThereIsNamedAsSuch() {
        assertThat(runFailing(new NoSuchFileException("a/b.txt"))).isEqualTo(1);
        assertThat(console.err()).startsWith("llama: no such file or folder: a/b.txt");
    }

    @Test
    void runningOutOfMemorySaysHowToGetMore() {
        assertThat(runFailing(new OutOfMemoryError("Java heap space"))).isEqualTo(1);
        assertThat(console.err()).startsWith("llama: out of memory").contains("-Xmx");
    }

    @Test
    void verboseShowsTheStackTraceWhereverItStands() {
        assertThat(runFailing(new IOException("no wind"), "--verbose", "fly")).isEqualTo(1);
        assertThat(console.err()).contains("no wind", "\tat ");
        console.clearErr();
        assertThat(runFailing(new IOException("no wind"), "fly", "--verbose")).isEqualTo(1);
        assertThat(console.err()).contains("no wind", "\tat ");
    }

    @Test
    void logGoesToStandardErrorAsPlainLinesAndDetailsOnlyWhenVerbose() {
        Callable<Integer> logging = () -> {
            LoggerFactory.getLogger("org.llamadl4j.Flight").info("took off");
            LoggerFactory.getLogger("org.llamadl4j.Flight").debug("flapped");
            LoggerFactory.getLogger("org.nd4j.Chatter").info("loaded");
            return 0;
        };
        String line = System.lineSeparator();
        Main.run(List.of(new Fly(logging)), "fly");
        assertThat(console.err()).isEqualTo("took off" + line);
        console.clearErr();
        Main.run(List.of(new Fly(logging)), "fly", "--verbose");
        assertThat(console.err()).isEqualTo("took off" + line + "debug: flapped" + line);
        assertThat(console.out()).isEmpty();
    }

    private int run(String... arguments) {
        return Main.run(List.of(new Walk(), new Fly(() -> 0)), arguments);
    }

    private int runFailing(Throwable failure, String... arguments) {
        Fly fly = new Fly(() -> {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (Exception) failure;
        });
        return Main.run(List.of(fly), arguments.length == 0 ? new String[] {"fly"} : arguments);
    }

    @Command(name = "walk", description = "Walks.")
    private static final class Walk implements LlamaCommand {

        @Option(names = "--steps")
        private int steps;

        @Override
        public Integer call() {
            return steps;
        }
    }

    @Command(name = "fly", description = "Flies.")
    private record Fly(Callable<Integer> flight) implements LlamaCommand {

        @Override
        public Integer call() throws Exception {
            return flight.call();
        }
    }
}
