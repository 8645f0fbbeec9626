package org.llamadl4j.eval.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.error.UserError;

class RowFormatTest {

    private static final String FORM = "{\"q\": \"...\"}";

    @TempDir
    Path folder;

    private List<Row> read(RowFormat format, String content) {
        return read(format, "data", content.getBytes(StandardCharsets.UTF_8));
    }

    private List<Row> read(RowFormat format, String name, byte[] content) {
        try {
            Path path = Files.write(folder.resolve(name), content);
            return format.read(DataFile.of(name, path), FORM);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void fails(RowFormat format, String content, String... said) {
        assertThatThrownBy(() -> read(format, content))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(said);
    }

    @Test
    void jsonLinesAreOneObjectEach() {
        List<Row> rows = read(RowFormat.JSON_LINES, "\uFEFF{\"q\": \"a\\nb\"}\r\n\n{\"q\": \"ü\"}");
        assertThat(rows).extracting(row -> row.text("q")).containsExactly("a\nb", "ü");
        assertThat(rows)
                .extracting(Row::origin)
                .map(origin -> origin.replaceAll(".*, ", ""))
                .containsExactly("line 1", "line 3");
    }

    @Test
    void jsonLinesThatAreCutShortAreNamed() {
        fails(RowFormat.JSON_LINES, "{\"q\": \"a\"}\n{\"q\": \"b", "data, line 2", "cut short", FORM);
        fails(RowFormat.JSON_LINES, "{\"q\": \"a\"} {\"q\": \"b\"}\n", "data, line 1", "not one whole JSON object");
        fails(RowFormat.JSON_LINES, "[1]\n", "data, line 1: not a JSON object");
        fails(RowFormat.JSON_LINES, "q,answer\n", "data, line 1", FORM);
    }

    @Test
    void aJsonListIsReadObjectByObject() {
        List<Row> rows = read(RowFormat.JSON_ARRAY, "[\n  {\"q\": \"a\"},\n  {\n    \"q\": \"b\"}\n]\n");
        assertThat(rows).extracting(row -> row.text("q")).containsExactly("a", "b");
        assertThat(rows)
                .extracting(Row::origin)
                .map(origin -> origin.replaceAll(".*, ", ""))
                .containsExactly("line 2", "line 3");
        assertThat(read(RowFormat.JSON_ARRAY, "[]")).isEmpty();
    }

    @Test
    void aJsonListThatIsNoneIsNamed() {
        fails(RowFormat.JSON_ARRAY, "[\n{\"q\": \"a\"},\n{\"q\"", "data, line 3", "cut short");
        fails(RowFormat.JSON_ARRAY, "[\n{\"q\": \"a\"}\n", "data, line 3", "cut short");
        fails(RowFormat.JSON_ARRAY, "{\"q\": \"a\"}", "data, line 1: not a JSON list");
        fails(RowFormat.JSON_ARRAY, "", "data, line 1: not a JSON list");
        fails(RowFormat.JSON_ARRAY, "[\n1]", "data, line 2: not a JSON object");
        fails(RowFormat.JSON_ARRAY, "[]\n7", "data, line 2: something follows");
    }

    @Test
    void csvKeepsWhatIsInQuotes() {
        List<Row> rows = read(RowFormat.CSV, "q,r,s\r\n\"a, \"\"b\"\"\",,\"two\r\nlines\"\r\nc d,\"\",e\"f\r\n");
        assertThat(rows).extracting(row -> row.text("q")).containsExactly("a, \"b\"", "c d");
        assertThat(rows).extracting(row -> row.text("r")).containsExactly("", "");
        assertThat(rows).extracting(row -> row.text("s")).containsExactly("two\nlines", "e\"f");
        assertThat(rows.get(1).origin()).endsWith("line 4");
        assertThat(read(RowFormat.csv("x", "y"), "1,2\n3,4\n"))
                .extracting(row -> row.text("y"))
                .containsExactly("2", "4");
    }

    @Test
    void csvThatIsCutShortIsNamed() {
        fails(RowFormat.CSV, "q,r\n1,2\n3", "data, line 3: 1 values where 2 belong (q, r)", "cut short");
        fails(RowFormat.CSV, "q,r\n1,2\n3,\"4\n5\n", "data, line 3", "never closed");
        fails(RowFormat.CSV, "", "data, line 1: the file is empty");
    }

    @Test
    void quotesMeanNothingBetweenTabulators() {
        List<Row> rows = read(RowFormat.TSV, "q\tr\n\"a\t\"b\"\n\tc\n");
        assertThat(rows).extracting(row -> row.text("q")).containsExactly("\"a", "");
        assertThat(rows).extracting(row -> row.text("r")).containsExactly("\"b\"", "c");
    }

    @Test
    void bytesThatAreNoTextAreNamed() {
        byte[] content = {'{', '}', '\n', '{', (byte) 0xFF, '}'};
        assertThatThrownBy(() -> read(RowFormat.JSON_LINES, "data", content))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("data, line 2: not valid UTF-8");
    }

    @Test
    void packedFilesAreUnpacked() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            for (int i = 0; i < 1000; i++) {
                out.write("{\"q\": \"%d\"}\n".formatted(i * i).getBytes(StandardCharsets.UTF_8));
            }
        }
        assertThat(read(RowFormat.JSON_LINES, "d.gz", packed.toByteArray())).hasSize(1000);
        byte[] cut = Arrays.copyOf(packed.toByteArray(), packed.size() / 2);
        assertThatThrownBy(() -> read(RowFormat.JSON_LINES, "d.gz", cut))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("d.gz, line ")
                .hasMessageContaining("cut short");
        assertThatThrownBy(() -> read(RowFormat.JSON_LINES, "d.gz", new byte[] {'{', '}'}))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("not a gzip file");
    }

    @Test
    void aLineThatFillsTheMemoryIsNone() throws IOException {
        Path path = folder.resolve("long.gz");
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(path))) {
            byte[] block = new byte[1 << 16];
            Arrays.fill(block, (byte) ' ');
            for (int i = 0; i < 400; i++) {
                out.write(block);
            }
        }
        assertThatThrownBy(() -> RowFormat.JSON_LINES.read(DataFile.of("long.gz", path), FORM))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("long.gz, line 1: a line of more than");
    }

    @Test
    void theDigestIsThatOfTheBytes() throws IOException {
        Path path = Files.writeString(folder.resolve("abc"), "abc");
        assertThat(DataFile.of("abc", path).sha256())
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
