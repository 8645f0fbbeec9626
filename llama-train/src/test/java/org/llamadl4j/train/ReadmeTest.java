package org.llamadl4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.JavaProgram;

/** The README's Java program, compiled and run as its reader would. */
class ReadmeTest {

    private static final Pattern PROGRAM = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final String DURATION = ".with(\"schedule.minutes\", 5)";

    @Test
    void theProgramTrainsAModelAndPrintsText(@TempDir Path folder) throws Exception {
        Path source = folder.resolve("FirstLlama.java");
        Files.writeString(source, program().replace(DURATION, ".with(\"schedule.steps\", 2)"));
        List<String> lines = Collections.nCopies(400, "Once upon a time a small fox met an old bear by the river.");
        Files.write(folder.resolve("my-text.txt"), lines);
        // A vocabulary of 1024 needs more words than that.
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < 4000; i++) {
            words.append(Integer.toString(i * 7919, 36)).append(i % 9 == 0 ? '\n' : ' ');
        }
        Files.writeString(folder.resolve("my-text.txt"), words, StandardOpenOption.APPEND);

        Path output = folder.resolve("output");
        int status = JavaProgram.of(source.toString(), List.of())
                .directory(folder.toFile())
                .redirectOutput(output.toFile())
                .start()
                .waitFor();

        assertThat(status).as(() -> read(output)).isZero();
        assertThat(folder.resolve("run/model/model.safetensors")).exists();
    }

    private static String program() throws IOException {
        String readme = Files.readString(Path.of("..", "README.md"));
        Matcher matcher = PROGRAM.matcher(readme);
        assertThat(matcher.find()).as("a Java program in README.md").isTrue();
        assertThat(matcher.group(1)).contains(DURATION);
        return matcher.group(1);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
