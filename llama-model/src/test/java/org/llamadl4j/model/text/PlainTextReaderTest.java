package org.llamadl4j.model.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.llamadl4j.model.text.Documents.read;
import static org.llamadl4j.model.text.Documents.readPassages;
import static org.llamadl4j.model.text.Documents.write;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.error.UserError;

class PlainTextReaderTest {

    @TempDir
    Path dir;

    @Property(tries = 100)
    void passagesJoinToTheTextAndKeepTheirBounds(@ForAll long seed, @ForAll @IntRange(max = 250_000) int length)
            throws IOException {
        Path file = Files.createTempFile("passages", ".txt");
        try {
            String text = randomText(new Random(seed), length) + "x";
            write(file, text);
            List<String> passages = readPassages(false, file).get(0);
            assertThat(String.join("", passages).equals(text)).isTrue();
            assertThat(passages).allSatisfy(passage -> {
                assertThat(passage.length()).isBetween(1, PassageBuffer.CAPACITY);
                assertThat(Character.isLowSurrogate(passage.charAt(0))).isFalse();
            });
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void passagesEndAtLineEndsWhereThereAreAny() {
        String line = "y".repeat(999) + "\n";
        List<String> passages = readPassages(false, write(dir.resolve("a.txt"), line.repeat(200)))
                .get(0);
        assertThat(passages).hasSizeGreaterThan(2).allMatch(passage -> passage.endsWith("\n"));
    }

    @Test
    void anEmptyFileIsNoDocument() {
        write(dir.resolve("a.txt"), "");
        write(dir.resolve("b.txt"), "one");
        write(dir.resolve("c.txt"), "\uFEFF");
        assertThat(read(dir)).containsExactly("one");
    }

    @Test
    void invalidBytesAreNamedWithTheUnpackedOffset() {
        byte[] bytes = "z".repeat(70_000).getBytes(StandardCharsets.UTF_8);
        bytes[66_000] = (byte) 0xC3;
        Path file = write(dir.resolve("a.txt.gz"), Documents.gzip(bytes));
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(file + ": byte 66000 is not valid UTF-8");
        assertThat(read(true, file).get(0)).hasSize(70_000).contains("z\uFFFDz");
    }

    @Test
    void archivesOfSeveralMembersAreReadToTheirEnd() {
        byte[] one = "one ".repeat(30_000).getBytes(StandardCharsets.UTF_8);
        byte[] two = "two".getBytes(StandardCharsets.UTF_8);
        String both = new String(one, StandardCharsets.UTF_8) + "two";
        byte[] padded = Arrays.copyOf(join(Documents.gzip(one), Documents.gzip(two)), 4096);
        assertThat(read(write(dir.resolve("a.gz"), join(Documents.gzip(one), Documents.gzip(two)))))
                .containsExactly(both);
        assertThat(read(write(dir.resolve("padded.gz"), padded))).containsExactly(both);
        assertThat(read(write(dir.resolve("a.zst"), join(Zstd.compress(one), Zstd.compress(two)))))
                .containsExactly(both);
    }

    @Property(tries = 300)
    void aGzipFileWithAFlippedBitIsReadRightOrRefused(@ForAll long seed) throws IOException {
        byte[] text = randomText(new Random(1), 400).getBytes(StandardCharsets.UTF_8);
        byte[] packed = join(Documents.gzip(text), Documents.gzip(text));
        int bit = new Random(seed).nextInt(packed.length * 8);
        packed[bit / 8] ^= (byte) (1 << bit % 8);
        assertReadRightOrRefused(packed, join(text, text));
    }

    @Property(tries = 100)
    void aGzipFileThatIsCutIsRefused(@ForAll long seed) throws IOException {
        byte[] text = randomText(new Random(1), 400).getBytes(StandardCharsets.UTF_8);
        byte[] packed = Documents.gzip(text);
        byte[] cut = Arrays.copyOf(packed, 1 + new Random(seed).nextInt(packed.length - 1));
        assertThatThrownBy(() -> new GzipMembers(new java.io.ByteArrayInputStream(cut)).readAllBytes())
                .isInstanceOf(IOException.class);
    }

    @Test
    void aDamagedArchiveIsNamed() {
        byte[] text = randomText(new Random(1), 200_000).getBytes(StandardCharsets.UTF_8);
        byte[] gzip = Documents.gzip(text);
        byte[] zstd = Zstd.compress(text);
        Path cutGzip = write(dir.resolve("a.txt.gz"), Arrays.copyOf(gzip, gzip.length / 2));
        Path cutZstd = write(dir.resolve("b.txt.zst"), Arrays.copyOf(zstd, zstd.length / 2));
        Path noGzip = write(dir.resolve("c.txt.gz"), "plain text");
        for (Path file : List.of(cutGzip, cutZstd, noGzip)) {
            assertThatThrownBy(() -> read(file))
                    .isInstanceOf(UserError.class)
                    .hasMessageStartingWith(file + ": cannot be read: the archive is damaged");
        }
    }

    private static void assertReadRightOrRefused(byte[] packed, byte[] expected) {
        byte[] actual;
        try {
            actual = new GzipMembers(new java.io.ByteArrayInputStream(packed)).readAllBytes();
        } catch (IOException e) {
            return;
        }
        assertThat(actual).isEqualTo(expected);
    }

    private static byte[] join(byte[] a, byte[] b) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        joined.writeBytes(a);
        joined.writeBytes(b);
        return joined.toByteArray();
    }

    /** Runs of every UTF-8 length, with line ends here and there. */
    private static String randomText(Random random, int length) {
        int[] first = {'a', 'é', '€', 0x1F600, '\n'};
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            int kind = random.nextInt(random.nextInt(3) == 0 ? 5 : 4);
            for (int i = random.nextInt(40); i >= 0; i--) {
                text.appendCodePoint(first[kind] + (kind < 4 ? random.nextInt(16) : 0));
            }
        }
        return text.toString();
    }
}
