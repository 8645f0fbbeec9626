package org.llamadl4j.eval.task;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.llamadl4j.eval.data.DataFile;
import org.llamadl4j.eval.data.DataFolder;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.data.RowFormat;

/** Data folders with three questions of our own writing in each format that tasks read. */
public final class Fixtures {

    private static final Path FIXTURES = Path.of("src/test/resources/org/llamadl4j/eval/task/fixtures");

    private Fixtures() {}

    /** The formats that public suites, and most authors, publish; written into {@code root}. */
    public static DataFolder suite(Path root) {
        copy("suite", root);
        writeOtherSubjects(root);
        return DataFolder.of(root);
    }

    /** The formats of authors where suites have others. */
    public static DataFolder authors(Path root) {
        copy("authors", root);
        return DataFolder.of(root);
    }

    /** MMLU is only whole with all of its 57 subjects. */
    private static void writeOtherSubjects(Path root) {
        List<Row> subjects = RowFormat.CSV.read(DataFile.resource(Mmlu.class, "mmlu-subjects.csv"), "");
        for (Row subject : subjects) {
            String name = subject.text("subject");
            writeNew(root.resolve("mmlu/test/" + name + "_test.csv"), "Which is last?,one,two,three,four,D\n");
            writeNew(root.resolve("mmlu/dev/" + name + "_dev.csv"), "Which is first?,one,two,three,four,A\n".repeat(5));
        }
    }

    private static void writeNew(Path file, String content) {
        try {
            if (!Files.exists(file)) {
                Files.writeString(file, content);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(String variant, Path root) {
        Path from = FIXTURES.resolve(variant);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path to = root.resolve(from.relativize(file).toString());
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
