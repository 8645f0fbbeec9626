package org.llamadl4j.model.tokenizer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntConsumer;

/** The simplest vocabulary that tests can do with: unknown 0, BOS 1, EOS 2, and byte b as b + 3. */
public final class ByteTokenizer implements Tokenizer {

    private static final int FIRST_BYTE = 3;

    @Override
    public int vocabSize() {
        return FIRST_BYTE + 256;
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
        Arrays.setAll(ids, i -> (bytes[i] & 0xff) + FIRST_BYTE);
        return ids;
    }

    @Override
    public String decode(int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Arrays.stream(ids).filter(id -> id >= FIRST_BYTE).forEach(id -> bytes.write(id - FIRST_BYTE));
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public StreamingEncoder streamingEncoder(IntConsumer sink) {
        return new StreamingEncoder() {
            @Override
            public void append(String passage) {
                Arrays.stream(encode(passage)).forEach(sink);
            }

            @Override
            public void finish() {}
        };
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return new StreamingDecoder() {
            private int[] held = {};

            @Override
            public String append(int id) {
                held = Arrays.copyOf(held, held.length + 1);
                held[held.length - 1] = id;
                return decode(held).contains("\ufffd") && held.length < 4 ? "" : finish();
            }

            @Override
            public String finish() {
                String text = decode(held);
                held = new int[0];
                return text;
            }
        };
    }

    @Override
    public String piece(int id) {
        return switch (id) {
            case 0 -> "<unk>";
            case 1 -> "<s>";
            case 2 -> "</s>";
            default -> "<0x%02X>".formatted(id - FIRST_BYTE);
        };
    }

    @Override
    public void write(Path file) throws IOException {
        Files.writeString(file, "bytes");
    }
}
