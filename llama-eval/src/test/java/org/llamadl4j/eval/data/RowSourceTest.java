package org.llamadl4j.eval.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.error.UserError;

class RowSourceTest {

    private static final String FORM = "{\"q\": \"...\"}";
    private static final RowSource LABELLED =
            RowSource.labelled(RowFormat.JSON_LINES, FORM, List.of("0", "1"), "q.jsonl", "q.lst");

    @TempDir
    private Path root;

    private DataFolder folder;

    @BeforeEach
    void open() {
        folder = DataFolder.of(root);
    }

    private void write(String name, String content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private void fails(RowSource source, String... said) {
        assertThatThrownBy(() -> source.require(folder, "Quiz").read())
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(said);
    }

    @Test
    void theFirstNameThatIsThereIsRead() throws IOException {
        RowSource source = RowSource.file(RowFormat.JSON_LINES, FORM, "quiz.jsonl", "quiz/dev.jsonl");
        assertThat(source.find(folder)).isEmpty();
        fails(source, "Quiz: there is no quiz.jsonl or quiz/dev.jsonl in " + root);
        write("quiz/dev.jsonl", "{\"q\": \"a\"}\n");
        FoundRows found = source.require(folder, "Quiz");
        assertThat(found.files()).extracting(DataFile::name).containsExactly("quiz/dev.jsonl");
        assertThat(found.read()).extracting(row -> row.text("q")).containsExactly("a");
    }

    @Test
    void theFirstSourceThatIsThereIsRead() throws IOException {
        RowSource source = RowSource.firstOf(LABELLED, RowSource.file(RowFormat.TSV, "q", "q.tsv"));
        assertThat(source.described()).isEqualTo("q.jsonl with q.lst or q.tsv");
        write("q.tsv", "q\na\n");
        write("q.jsonl", "{\"q\": \"b\"}\n");
        assertThat(source.require(folder, "Quiz").read())
                .extracting(row -> row.text("q"))
                .containsExactly("a");
        write("q.lst", "0\n");
        assertThat(source.require(folder, "Quiz").read())
                .extracting(row -> row.text("q"))
                .containsExactly("b");
    }

    @Test
    void anEmptyFileHasNoQuestions() throws IOException {
        write("q.jsonl", "\n");
        fails(RowSource.file(RowFormat.JSON_LINES, FORM, "q.jsonl"), "q.jsonl: no question in it");
    }

    @Test
    void labelsAreALineForEachQuestion() throws IOException {
        write("q.jsonl", "{\"q\": \"a\"}\n{\"q\": \"b\"}\n");
        write("q.lst", "1\n0\n");
        assertThat(LABELLED.require(folder, "Quiz").read())
                .extracting(row -> row.index("label", 2))
                .containsExactly(1, 0);
        write("q.lst", "1\n");
        fails(LABELLED, "q.lst, line 2: there is no right answer for", "q.jsonl, line 2", "cut short");
        write("q.lst", "1\n0\n1\n");
        fails(LABELLED, "q.lst, line 3: there are more right answers than questions, 2");
        write("q.lst", "1\n2\n");
        fails(LABELLED, "q.lst, line 2: `2` is no right answer; it must be one of 0, 1");
    }

    @Test
    void theFolderMustBeThere() {
        assertThatThrownBy(() -> DataFolder.of(root.resolve("none")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("none is no folder");
    }
}
