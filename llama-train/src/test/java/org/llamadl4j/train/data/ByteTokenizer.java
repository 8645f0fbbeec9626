package org.llamadl4j.train.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntConsumer;
import org.llamadl4j.model.tokenizer.Tokenizer;

/**
 * A token for each byte, behind 0 for nothing, 1 for BOS and 2 for EOS: the smallest tokenizer there is.
 *
 * @param vocabSize at least {@link #SIZE}; what is more is never used
 */
public record ByteTokenizer(int vocabSize) implements Tokenizer {

    public static final int SIZE = 259;

    private static final int FIRST_BYTE = 3;

    public ByteTokenizer() {
        this(SIZE);
    }

    @Override
    public int bosId() {
        return 1;
    }

    @Override
    public int eosId() {
        return 2;
    }

    @Override
    public int[] encode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] ids = new int[bytes.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = FIRST_BYTE + (bytes[i] & 0xFF);
        }
        return ids;
    }

    @Override
    public String decode(int[] ids) {
        return text(bytes(ids));
    }

    @Override
    public StreamingEncoder streamingEncoder(IntConsumer sink) {
        return new StreamingEncoder() {
            @Override
            public void append(String passage) {
                for (int id : encode(passage)) {
                    sink.accept(id);
                }
            }

            @Override
            public void finish() {}
        };
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        ByteArrayOutputStream pending = new ByteArrayOutputStream();
        return new StreamingDecoder() {
            @Override
            public String append(int id) {
                pending.writeBytes(bytes(id));
                String text = text(pending);
                if (text.endsWith("\uFFFD") && pending.size() < 4) {
                    return "";
                }
                pending.reset();
                return text;
            }

            @Override
            public String finish() {
                return text(pending);
            }
        };
    }

    @Override
    public String piece(int id) {
        return "<%d>".formatted(id);
    }

    @Override
    public void write(Path file) throws IOException {
        Files.writeString(file, "bytes " + vocabSize);
    }

    private static byte[] bytes(int... ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            if (id >= FIRST_BYTE && id < SIZE) {
                bytes.write(id - FIRST_BYTE);
            }
        }
        return bytes.toByteArray();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return text(bytes.toByteArray());
    }
}
