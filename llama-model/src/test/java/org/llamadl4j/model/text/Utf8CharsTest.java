package org.llamadl4j.model.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.error.UserError;

class Utf8CharsTest {

    private static final int BLOCK = 1 << 16;

    @Property
    void anyTextComesBackHoweverTheStreamIsCut(@ForAll String text, @ForAll long seed) {
        String sound = text.replaceAll("[\\uD800-\\uDFFF]", "?") + "\uD83D\uDE00";
        assertThat(decode(sound.getBytes(StandardCharsets.UTF_8), false, seed)).isEqualTo(withoutMark(sound));
    }

    @Property
    void invalidBytesAreReplacedAsTheJdkReplacesThem(@ForAll("almostUtf8") byte[] bytes, @ForAll long seed) {
        String whole = new String(bytes, StandardCharsets.UTF_8);
        assertThat(decode(bytes, true, seed)).isEqualTo(withoutMark(whole));
    }

    @Property
    void aSequenceAcrossABlockEndIsDecoded(@ForAll("offsetsAroundBlocks") int offset) {
        String text = "a".repeat(offset) + "\uD83D\uDE00é€" + "b".repeat(BLOCK);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThat(decodeWhole(bytes, false)).isEqualTo(text);
    }

    @Property
    void theOffsetOfTheFirstInvalidByteIsNamed(@ForAll("offsetsAroundBlocks") int offset) {
        byte[] bytes = new byte[offset + 10];
        Arrays.fill(bytes, (byte) 'a');
        bytes[offset] = (byte) 0xE2;
        bytes[offset + 1] = (byte) 0x82;
        assertThatThrownBy(() -> decodeWhole(bytes, false))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("the file: byte " + offset + " ")
                .hasMessageContaining("--replace-invalid-utf8");
    }

    @Test
    void aSequenceThatTheEndCutsIsInvalid() {
        byte[] bytes = {'a', 'b', (byte) 0xF0, (byte) 0x9F, (byte) 0x98};
        assertThatThrownBy(() -> decodeWhole(bytes, false)).hasMessageContaining("byte 2 ");
        assertThat(decodeWhole(bytes, true)).isEqualTo("ab\uFFFD");
    }

    @Test
    void everythingBeforeTheInvalidByteIsGivenOutFirst() {
        Utf8Chars chars = chars(new byte[] {'a', 'b', (byte) 0xFF}, false);
        char[] target = new char[8];
        assertThat(chars.read(target, 0, 8)).isEqualTo(2);
        assertThatThrownBy(() -> chars.read(target, 0, 8)).hasMessageContaining("byte 2 ");
    }

    @Test
    void offsetsCountTheByteOrderMark() {
        byte[] bytes = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF, 'a', (byte) 0xFF};
        assertThatThrownBy(() -> decodeWhole(bytes, false)).hasMessageContaining("byte 4 ");
    }

    @Test
    void onlyTheFirstByteOrderMarkIsSkipped() {
        assertThat(decodeWhole("\uFEFF\uFEFFa".getBytes(StandardCharsets.UTF_8), false))
                .isEqualTo("\uFEFFa");
        assertThat(decodeWhole("\uFEFF".getBytes(StandardCharsets.UTF_8), false))
                .isEmpty();
    }

    @Provide
    Arbitrary<byte[]> almostUtf8() {
        Arbitrary<Byte> interesting = Arbitraries.of(
                (byte) 'a',
                (byte) 0x80,
                (byte) 0xBF,
                (byte) 0x90,
                (byte) 0xC0,
                (byte) 0xC3,
                (byte) 0xE0,
                (byte) 0xE2,
                (byte) 0xED,
                (byte) 0xEF,
                (byte) 0xBB,
                (byte) 0xF0,
                (byte) 0xF4,
                (byte) 0xF5,
                (byte) 0xFF);
        return Arbitraries.oneOf(interesting, Arbitraries.bytes())
                .array(byte[].class)
                .ofMaxSize(200);
    }

    @Provide
    Arbitrary<Integer> offsetsAroundBlocks() {
        return Arbitraries.integers().between(BLOCK - 12, BLOCK + 4);
    }

    private static String withoutMark(String text) {
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static String decodeWhole(byte[] bytes, boolean replace) {
        return drain(chars(bytes, replace), new Random(0), BLOCK);
    }

    /** Decodes with reads of random sizes on both sides. */
    private static String decode(byte[] bytes, boolean replace, long seed) {
        Random random = new Random(seed);
        InputStream drops = new ByteArrayInputStream(bytes) {
            @Override
            public int read(byte[] target, int offset, int length) {
                return super.read(target, offset, Math.min(length, 1 + random.nextInt(5)));
            }
        };
        return drain(new Utf8Chars(drops, replace, () -> "the file"), random, 7);
    }

    private static String drain(Utf8Chars chars, Random random, int largest) {
        StringBuilder text = new StringBuilder();
        char[] target = new char[largest];
        for (int count; (count = chars.read(target, 0, 2 + random.nextInt(largest - 1))) >= 0; ) {
            assertThat(count).isPositive();
            text.append(target, 0, count);
        }
        return text.toString();
    }

    private static Utf8Chars chars(byte[] bytes, boolean replace) {
        return new Utf8Chars(new ByteArrayInputStream(bytes), replace, () -> "the file");
    }
}
