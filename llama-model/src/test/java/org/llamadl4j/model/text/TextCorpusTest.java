package org.llamadl4j.model.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.llamadl4j.model.text.Documents.read;
import static org.llamadl4j.model.text.Documents.write;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.SharedData;
import org.llamadl4j.model.error.UserError;

class TextCorpusTest {

    @TempDir
    Path dir;

    @Test
    void aFolderIsReadInTheOrderOfItsPaths() {
        byte[] packed = Documents.gzip("three".getBytes(StandardCharsets.UTF_8));
        write(dir.resolve("b.txt"), "four");
        write(dir.resolve("a/z.TXT"), "two");
        write(dir.resolve("a/b/c.jsonl"), "{\"text\":\"one\"}\n");
        write(dir.resolve("aa.txt.gz"), packed);
        write(dir.resolve("c.jsonl.zst"), Zstd.compress("{\"text\":\"five\"}".getBytes(StandardCharsets.UTF_8)));
        assertThat(read(dir)).containsExactly("one", "two", "three", "four", "five");
    }

    @Test
    void otherAndHiddenFilesOfAFolderAreLeftOut() {
        write(dir.resolve("a.txt"), "one");
        write(dir.resolve("a.zip"), "no");
        write(dir.resolve("a.gz"), "no");
        write(dir.resolve("README.md"), "no");
        write(dir.resolve("._a.txt"), "no");
        write(dir.resolve(".git/x.txt"), "no");
        assertThat(read(dir)).containsExactly("one");
    }

    @Test
    void aNamedFileMayHaveAnyEndingAndKeepsItsPlace() {
        Path second = write(dir.resolve("b"), "second");
        Path first = write(dir.resolve("story.md"), "first");
        assertThat(read(first, second, first)).containsExactly("first", "second");
        assertThat(TextCorpus.find(List.of(first, second, dir.resolve("./b"))).bytes())
                .isEqualTo(11);
    }

    @Test
    void anArchiveOfAnotherKindIsRefused() {
        Path file = write(dir.resolve("wiki.tar.gz"), "x");
        assertThatThrownBy(() -> read(file)).isInstanceOf(UserError.class).hasMessageContaining(".tar files");
    }

    @Test
    void aMissingInputIsNamed() {
        Path missing = dir.resolve("nowhere.txt");
        assertThatThrownBy(() -> read(missing)).isInstanceOf(UserError.class).hasMessage(missing + " does not exist");
    }

    @Test
    void anEmptyCorpusIsAnError() throws IOException {
        Path empty = write(dir.resolve("empty/e.txt"), "");
        Path folder = Files.createDirectory(dir.resolve("nothing"));
        assertThatThrownBy(() -> read(empty)).hasMessageContaining("every file is empty");
        assertThatThrownBy(() -> read(folder)).hasMessageContaining(".jsonl.zst");
        assertThatThrownBy(() -> read()).hasMessageContaining("no input");
    }

    @Test
    void aLinkThatLeadsBackIsNamed() throws IOException {
        write(dir.resolve("a/a.txt"), "one");
        Files.createSymbolicLink(dir.resolve("a/back"), dir.resolve("a"));
        assertThatThrownBy(() -> read(dir)).isInstanceOf(UserError.class).hasMessageContaining("back");
    }

    @Test
    void bytesReadReachTheSizeOnDisk() throws IOException {
        write(dir.resolve("a.txt"), "one");
        write(dir.resolve("b.txt.gz"), Documents.gzip("x".repeat(100_000).getBytes(StandardCharsets.UTF_8)));
        write(dir.resolve("c.jsonl"), "{\"text\":\"five\"}\n\n");
        TextCorpus corpus = TextCorpus.find(List.of(dir));
        try (DocumentReader reader = corpus.open(false)) {
            assertThat(reader.bytesRead()).isZero();
            while (reader.nextDocument()) {
                assertThat(reader.source()).startsWith(dir.toString());
            }
            assertThat(reader.bytesRead()).isEqualTo(corpus.bytes());
        }
    }

    @Test
    void realFilesComeBackWhole() throws IOException {
        Path folder = SharedData.require("text");
        TextCorpus corpus = TextCorpus.find(List.of(folder));
        assertThat(corpus.files()).isNotEmpty().allMatch(file -> file.toString().endsWith(".txt"));
        List<String> documents = read(folder);
        for (int i = 0; i < documents.size(); i++) {
            assertThat(documents.get(i).equals(Files.readString(corpus.files().get(i))))
                    .isTrue();
        }
        assertThat(documents).hasSameSizeAs(corpus.files());
    }

    @Test
    void whatIsInAnotherCorpusIsLeftOut() {
        Path one = write(dir.resolve("a.txt"), "one");
        Path two = write(dir.resolve("b.txt"), "three");
        TextCorpus all = TextCorpus.find(List.of(dir));
        assertThat(all.without(TextCorpus.find(List.of(dir.resolve("../" + dir.getFileName() + "/b.txt")))))
                .isEqualTo(new TextCorpus(List.of(one), 3));
        assertThatThrownBy(() -> TextCorpus.find(List.of(two)).without(all))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no input is left");
    }
}
