package org.llamadl4j.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.error.UserError;

class TokenShardTest {

    private static final String DIGEST = "0123456789abcdef".repeat(4);
    private static final int TOKENS_OF_A_BLOCK = ShardHeader.BLOCK_BYTES / 2;

    @TempDir
    Path dir;

    private Path file;

    @BeforeEach
    void name() {
        file = dir.resolve("train-00000.tokens");
    }

    @Property(tries = 100)
    void tokensOfEveryWidthComeBack(
            @ForAll @IntRange(min = 1, max = 200_000) int vocabSize,
            @ForAll @IntRange(max = 3000) int count,
            @ForAll long seed)
            throws IOException {
        Path folder = Files.createTempDirectory("shard");
        Path shardFile = folder.resolve("a.tokens");
        try {
            int[] ids = new Random(seed).ints(count, 0, vocabSize).toArray();
            write(shardFile, vocabSize, ids);
            TokenShard shard = TokenShard.open(shardFile);
            assertThat(shard.header().tokenBytes()).isEqualTo(vocabSize <= 65536 ? 2 : 4);
            assertThat(Files.size(shardFile)).isEqualTo(shard.header().fileBytes());
            int from = count / 3;
            int[] back = new int[count - from + 2];
            shard.read(from, back, 1, count - from);
            assertThat(Arrays.copyOfRange(back, 1, back.length - 1)).isEqualTo(Arrays.copyOfRange(ids, from, count));
        } finally {
            Files.deleteIfExists(shardFile);
            Files.delete(folder);
        }
    }

    @Test
    void theHeaderSaysWhatIsInside() throws IOException {
        ShardHeader written = write(file, 65536, 0, 65535, 7);
        ShardHeader read = TokenShard.open(file).header();
        assertThat(read).isEqualTo(written);
        assertThat(read.tokens()).isEqualTo(3);
        assertThat(read.documents()).isEqualTo(1);
        assertThat(read.textBytes()).isEqualTo(1234);
        assertThat(read.vocabSize()).isEqualTo(65536);
        assertThat(read.tokenizerDigest()).isEqualTo(DIGEST);
        assertThat(Files.readAllBytes(file)).startsWith("LLAMATOK".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void anAlteredBlockIsFoundWhenItIsTouched() throws IOException {
        int[] ids = new Random(1).ints(TOKENS_OF_A_BLOCK * 2 + 100, 0, 300).toArray();
        write(file, 300, ids);
        flipBit(ShardHeader.BYTES + ShardHeader.BLOCK_BYTES + 77, 0);
        TokenShard shard = TokenShard.open(file);
        int[] target = new int[TOKENS_OF_A_BLOCK];
        shard.read(0, target, 0, TOKENS_OF_A_BLOCK);
        assertThat(target).isEqualTo(Arrays.copyOf(ids, TOKENS_OF_A_BLOCK));
        shard.read(2 * TOKENS_OF_A_BLOCK, target, 0, 100);
        assertThatThrownBy(() -> shard.read(TOKENS_OF_A_BLOCK - 1, target, 0, 2))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(file + " is damaged: the checksum of its bytes 1,048,704 to 2,097,279")
                .hasMessageContaining("llama prepare");
        assertThatThrownBy(() -> shard.read(2 * TOKENS_OF_A_BLOCK - 1, target, 0, 1))
                .isInstanceOf(UserError.class);
    }

    @Test
    void everyFlippedBitIsFound() throws IOException {
        int[] ids = {1, 2, 3, 4, 5};
        write(file, 300, ids);
        for (int at = 0; at < Files.size(file); at++) {
            flipBit(at, at % 8);
            assertThatThrownBy(() -> TokenShard.open(file).read(0, new int[5], 0, 5))
                    .as("byte " + at)
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining(file.toString());
            flipBit(at, at % 8);
        }
        TokenShard.open(file).read(0, new int[5], 0, 5);
    }

    @Test
    void aCutOrGrownShardIsFound() throws IOException {
        write(file, 300, 1, 2, 3, 4, 5);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length <= whole.length + 3; length++) {
            if (length != whole.length) {
                Files.write(file, Arrays.copyOf(whole, length));
                assertThatThrownBy(() -> TokenShard.open(file))
                        .isInstanceOf(UserError.class)
                        .hasMessageStartingWith(file + " is damaged");
            }
        }
    }

    @Test
    void aMissingShardIsNamed() {
        assertThatThrownBy(() -> TokenShard.open(file))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(file + " cannot be read");
    }

    private void flipBit(long at, int bit) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) at] ^= (byte) (1 << bit);
        Files.write(file, bytes);
    }

    private static ShardHeader write(Path file, int vocabSize, int... ids) throws IOException {
        try (TokenShardWriter writer = new TokenShardWriter(file, vocabSize, DIGEST)) {
            for (int id : ids) {
                writer.append(id);
            }
            writer.endDocument(1234);
            return writer.finish();
        }
    }
}
