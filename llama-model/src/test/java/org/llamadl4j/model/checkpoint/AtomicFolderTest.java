package org.llamadl4j.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.error.UserError;

class AtomicFolderTest {

    @TempDir
    Path parent;

    private static AtomicFolder.Contents model(String text) {
        return folder -> {
            Files.writeString(folder.resolve("config.json"), text);
            Files.createDirectory(folder.resolve("more"));
            Files.writeString(folder.resolve("more/file"), text);
        };
    }

    private List<String> entries() throws IOException {
        try (Stream<Path> files = Files.list(parent)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void makesTheFolderAndThoseAboveIt() throws IOException {
        Path folder = parent.resolve("a/b/model");
        AtomicFolder.write(folder, 10, model("new"));
        assertThat(folder.resolve("config.json")).hasContent("new");
        assertThat(folder.resolve("more/file")).hasContent("new");
    }

    @Test
    void replacesAnEarlierModelWhole() throws IOException {
        Path folder = parent.resolve("model");
        AtomicFolder.write(folder, 10, model("old"));
        Files.writeString(folder.resolve("optimizer"), "old");
        AtomicFolder.write(folder, 10, model("new"));
        assertThat(folder.resolve("config.json")).hasContent("new");
        assertThat(folder.resolve("optimizer")).doesNotExist();
        assertThat(entries()).containsExactly("model");
    }

    @Test
    void keepsTheEarlierModelWhenTheDiskIsFull() throws IOException {
        Path folder = parent.resolve("model");
        AtomicFolder.write(folder, 10, model("old"));
        assertThatThrownBy(() -> AtomicFolder.write(folder, 27_000_000_000L, temporary -> {
                    Files.writeString(temporary.resolve("config.json"), "half");
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(folder.toString(), "No space left on device", "27,000.0 MB", "untouched");
        assertThat(folder.resolve("config.json")).hasContent("old");
        assertThat(entries()).containsExactly("model");
    }

    @Test
    void leavesNothingWhenTheContentsFail() throws IOException {
        assertThatThrownBy(() -> AtomicFolder.write(parent.resolve("model"), 10, temporary -> {
                    Files.writeString(temporary.resolve("config.json"), "half");
                    throw UserError.failed("why");
                }))
                .isInstanceOf(UserError.class)
                .hasMessage("why");
        assertThat(entries()).isEmpty();
    }

    @Test
    void doesNotReplaceWhatIsNoModel() throws IOException {
        Path letters = Files.createDirectory(parent.resolve("letters"));
        Files.writeString(letters.resolve("dear.txt"), "dear");
        Path file = Files.writeString(parent.resolve("file"), "text");
        for (Path target : List.of(letters, file)) {
            assertThatThrownBy(() -> AtomicFolder.write(target, 10, model("new")))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining(target.toString());
        }
        assertThat(letters.resolve("dear.txt")).hasContent("dear");
        assertThat(file).hasContent("text");
    }

    @Test
    void fillsAnEmptyFolder() throws IOException {
        Path folder = Files.createDirectory(parent.resolve("model"));
        AtomicFolder.write(folder, 10, model("new"));
        assertThat(folder.resolve("config.json")).hasContent("new");
        assertThat(entries()).containsExactly("model");
    }

    @Test
    void removesWhatAnInterruptedSaveLeft() throws IOException {
        Files.createDirectories(parent.resolve(".model.writing/deep"));
        Files.writeString(parent.resolve(".model.writing/deep/config.json"), "half");
        Files.createDirectory(parent.resolve(".model.previous"));
        Files.createDirectory(parent.resolve("model"));
        AtomicFolder.write(parent.resolve("model"), 10, model("new"));
        assertThat(entries()).containsExactly("model");
    }

    @Test
    void followsALinkToTheFolder() throws IOException {
        Path real = parent.resolve("disk/model");
        AtomicFolder.write(real, 10, model("old"));
        Path link = parent.resolve("link");
        try {
            Files.createSymbolicLink(link, real);
        } catch (IOException | UnsupportedOperationException e) {
            assumeTrue(false, "skipped: this file system has no symbolic links");
        }
        AtomicFolder.write(link, 10, model("new"));
        assertThat(link).isSymbolicLink();
        assertThat(real.resolve("config.json")).hasContent("new");
    }
}
