package org.llamadl4j.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;

/** Valid {@code config.json} with bytes and words changed: each is read, or refused with one {@link UserError}. */
class HuggingFaceConfigFuzzTest {

    /** More on demand: {@code mvn test -Dtest=HuggingFaceConfigFuzzTest -Dfuzz.inputs=100000}. */
    private static final int INPUTS = Integer.getInteger("fuzz.inputs", 3000);

    private static final String VALID = """
            {"model_type": "llama", "hidden_act": "silu", "hidden_size": 64, "head_dim": 16, "intermediate_size": 96,
             "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 300,
             "max_position_embeddings": 131072, "rms_norm_eps": 1e-05, "rope_theta": 500000.0, "rope_scaling":
             {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "rope_type": "llama3",
             "original_max_position_embeddings": 8192}, "attention_bias": false, "mlp_bias": false,
             "rope_parameters": null, "eos_token_id": [1, 2], "tie_word_embeddings": true}""";

    private static final List<String> NASTY = List.of(
            "-1",
            "0",
            "1",
            "3",
            "1.5",
            "1e999",
            "-1e-999",
            "2147483647",
            "4294967297",
            "99999999999999999999999",
            "NaN",
            "null",
            "true",
            "\"\"",
            "\"linear\"",
            "\"yarn\"",
            "[]",
            "[[[[",
            "{}",
            "{\"a\":",
            "\\ud800",
            "\u0000",
            ",",
            "}");

    @TempDir
    Path folder;

    @Test
    void anyMutationIsReadOrRefused() throws IOException {
        Path file = folder.resolve("config.json");
        int refused = 0;
        for (int seed = 0; seed < INPUTS; seed++) {
            Files.write(file, mutate(VALID.getBytes(StandardCharsets.UTF_8), new SplittableRandom(seed)));
            try {
                LlamaConfig config = HuggingFaceFolder.readConfig(folder);
                HuggingFaceEndIds.read(folder, config.vocabSize());
            } catch (UserError e) {
                refused++;
                assertThat(e.getMessage()).as("input %d", seed).startsWith(file.toString());
            } catch (Throwable e) {
                fail("input " + seed, e);
            }
        }
        assertThat(refused).isBetween(INPUTS / 2, INPUTS * 99 / 100);
    }

    /** One or two changes: a byte, a nasty word over a number or anywhere, a piece copied, the end cut off. */
    private static byte[] mutate(byte[] valid, SplittableRandom random) {
        byte[] bytes = valid;
        for (int change = random.nextInt(2); change >= 0; change--) {
            int at = random.nextInt(bytes.length);
            int end = Math.min(bytes.length, at + random.nextInt(12));
            bytes = switch (random.nextInt(5)) {
                case 0 -> splice(bytes, at, at + 1, new byte[] {(byte) random.nextInt()});
                case 1 -> splice(bytes, at, end, word(random));
                case 2 -> {
                    int value = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(": ", at) + 2;
                    int comma = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(',', value);
                    yield splice(bytes, value, Math.max(value, comma), word(random));
                }
                case 3 -> splice(bytes, end, end, Arrays.copyOfRange(bytes, at, end));
                default -> random.nextInt(5) == 0 ? Arrays.copyOf(bytes, at + 1) : bytes.clone();
            };
        }
        return bytes;
    }

    private static byte[] word(SplittableRandom random) {
        return NASTY.get(random.nextInt(NASTY.size())).getBytes(StandardCharsets.UTF_8);
    }

    /** {@code bytes} with what lies from {@code from} to {@code to} replaced. */
    private static byte[] splice(byte[] bytes, int from, int to, byte[] with) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, from);
        out.writeBytes(with);
        out.write(bytes, to, bytes.length - to);
        return out.toByteArray();
    }
}
