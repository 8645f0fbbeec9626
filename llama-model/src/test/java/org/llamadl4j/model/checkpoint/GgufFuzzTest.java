package org.llamadl4j.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;

/** Valid files with bytes changed: each opens and can be read to its end, or is refused with one {@link UserError}. */
class GgufFuzzTest {

    /** More on demand: {@code mvn test -Dtest=GgufFuzzTest -Dfuzz.inputs=100000}. */
    private static final int INPUTS = Integer.getInteger("fuzz.inputs", 3000);

    private static final long[] NASTY = {
        0, 1, -1, 31, 32, 255, 1 << 16, Integer.MAX_VALUE, Integer.MIN_VALUE, 1L << 32, 1L << 62, Long.MAX_VALUE
    };

    @TempDir
    Path folder;

    @Test
    void anyMutationIsReadOrRefused() throws IOException {
        byte[] valid = valid().toBytes();
        int headerBytes = valid.length - dataBytes();
        Path path = folder.resolve("model.gguf");
        int refused = 0;
        for (int seed = 0; seed < INPUTS; seed++) {
            Files.write(path, mutate(valid, headerBytes, new SplittableRandom(seed)));
            try {
                readAll(path);
            } catch (UserError e) {
                refused++;
                assertThat(e.getMessage()).as("input %d", seed).startsWith(path.toString());
            } catch (Throwable e) {
                fail("input " + seed, e);
            }
        }
        assertThat(refused).isBetween(INPUTS / 2, INPUTS);
    }

    private static int dataBytes() {
        return (int) valid().described("rope_freqs.weight").offset() + 32;
    }

    private static GgufBytes valid() {
        GgufBytes file = GgufBytes.llama();
        file.metadata.put("llama.rope.freq_base", GgufBytes.float32(1e8f));
        file.metadata.put("llama.attention.key_length", GgufBytes.uint32(4));
        file.metadata.put("llamadl4j.rope_scaling", GgufBytes.string("llama3:8:1:4:8192"));
        file.metadata.put("tokenizer.ggml.eot_token_id", GgufBytes.uint32(7));
        file.addFloats("rope_freqs.weight", 1, 8);
        return file;
    }

    private static void readAll(Path path) throws IOException {
        try (GgufSource source = GgufSource.open(path)) {
            for (Map.Entry<String, long[]> parameter :
                    LlamaWeights.shapes(source.config()).entrySet()) {
                int size = (int) Arrays.stream(parameter.getValue()).reduce(1, (a, b) -> a * b);
                byte[] stored = new byte[(int) source.type(parameter.getKey()).bytes(size)];
                source.read(parameter.getKey(), 0, size, stored);
            }
        }
    }

    /** One to three changes, nearly all to the header. */
    private static byte[] mutate(byte[] valid, int headerBytes, SplittableRandom random) {
        byte[] bytes = valid.clone();
        for (int change = random.nextInt(3); change >= 0; change--) {
            int at = random.nextInt(random.nextInt(20) == 0 ? bytes.length : Math.min(headerBytes, bytes.length));
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2, 3 -> {
                    long value = NASTY[random.nextInt(NASTY.length)];
                    int width = random.nextBoolean() ? 4 : 8;
                    for (int i = 0; i < width && at + i < bytes.length; i++) {
                        bytes[at + i] = (byte) (value >> 8 * i);
                    }
                }
                case 4 -> {
                    int from = random.nextInt(headerBytes);
                    int length = Math.min(random.nextInt(40), Math.min(bytes.length - at, valid.length - from));
                    System.arraycopy(valid, from, bytes, at, length);
                }
                default -> bytes = Arrays.copyOf(bytes, at + 1);
            }
        }
        return bytes;
    }
}
