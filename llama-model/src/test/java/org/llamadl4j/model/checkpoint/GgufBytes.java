package org.llamadl4j.model.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.llamadl4j.model.tokenizer.ByteLevelVocabulary;
import org.llamadl4j.model.tokenizer.SmallByteLevel;

/**
 * GGUF files of a tiny LLaMA, written field by field from the format's description and apart from the program's own
 * writer; everything can be changed to something wrong.
 */
final class GgufBytes {

    static final int LAYERS = 2;
    static final int VOCAB = 260;
    static final String CHAT_TEMPLATE = "{{ bos_token }}{% for message in messages %}{{ message.content }}{% endfor %}";

    /** A tensor as a file describes it. */
    record Described(String name, long[] dimensions, int type, long offset) {}

    private final int alignment;

    int version = 3;
    Long tensorCount;
    Long keyCount;

    /** Keys with their encoded types and values. */
    final Map<String, byte[]> metadata = new LinkedHashMap<>();

    final List<Described> tensors = new ArrayList<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    private GgufBytes(int alignment) {
        this.alignment = alignment;
    }

    /** A model of width 8, 2 heads, 1 key and value head, feed-forward width 12, tied embeddings, all float32. */
    static GgufBytes llama() {
        return llama(32);
    }

    /** The same with tensors at multiples of {@code alignment}, which the metadata do not mention. */
    static GgufBytes llama(int alignment) {
        GgufBytes file = new GgufBytes(alignment);
        file.metadata.put("general.architecture", string("llama"));
        file.metadata.put("llama.block_count", uint32(LAYERS));
        file.metadata.put("llama.context_length", uint32(16));
        file.metadata.put("llama.embedding_length", uint32(8));
        file.metadata.put("llama.feed_forward_length", uint32(12));
        file.metadata.put("llama.attention.head_count", uint32(2));
        file.metadata.put("llama.attention.head_count_kv", uint32(1));
        file.metadata.put("llama.attention.layer_norm_rms_epsilon", float32(1e-5f));
        file.metadata.put("tokenizer.ggml.model", string("llama"));
        List<byte[]> tokens = new ArrayList<>();
        List<byte[]> scores = new ArrayList<>();
        List<byte[]> types = new ArrayList<>();
        for (int id = 0; id < VOCAB; id++) {
            String token = switch (id) {
                case 0 -> "<unk>";
                case 1 -> "<s>";
                case 2 -> "</s>";
                case VOCAB - 1 -> "\u2581";
                default -> "<0x%02X>".formatted(id - 3);
            };
            tokens.add(bareString(token));
            scores.add(int32(Float.floatToIntBits(-id)));
            types.add(int32(id == 0 ? 2 : id < 3 ? 3 : id == VOCAB - 1 ? 1 : 6));
        }
        file.metadata.put("tokenizer.ggml.tokens", array(8, tokens));
        file.metadata.put("tokenizer.ggml.scores", array(6, scores));
        file.metadata.put("tokenizer.ggml.token_type", array(5, types));
        file.add("token_embd.weight", 8, VOCAB);
        for (int layer = 0; layer < LAYERS; layer++) {
            String prefix = "blk." + layer + ".";
            file.add(prefix + "attn_norm.weight", 8);
            file.add(prefix + "attn_q.weight", 8, 8);
            file.add(prefix + "attn_k.weight", 8, 4);
            file.add(prefix + "attn_v.weight", 8, 4);
            file.add(prefix + "attn_output.weight", 8, 8);
            file.add(prefix + "ffn_norm.weight", 8);
            file.add(prefix + "ffn_gate.weight", 8, 12);
            file.add(prefix + "ffn_down.weight", 12, 8);
            file.add(prefix + "ffn_up.weight", 8, 12);
        }
        file.add("output_norm.weight", 8);
        return file;
    }

    /**
     * The same with byte-level BPE as llama.cpp's converter writes Llama 3's: bytes, one merge of two of them, and three
     * special tokens.
     */
    static GgufBytes byteLevelLlama() {
        GgufBytes file = llama();
        ByteLevelVocabulary vocabulary = SmallByteLevel.vocabulary();
        List<String> tokens = new ArrayList<>();
        List<byte[]> types = new ArrayList<>();
        for (int id = 0; id < VOCAB; id++) {
            boolean special = id > 256;
            tokens.add(
                    special
                            ? SmallByteLevel.SPECIAL.get(id - 257)
                            : vocabulary.pieces().get(id).text());
            types.add(int32(special ? 3 : 1));
        }
        file.metadata.remove("tokenizer.ggml.scores");
        file.metadata.put("tokenizer.ggml.model", string("gpt2"));
        file.metadata.put("tokenizer.ggml.pre", string("llama-bpe"));
        file.metadata.put("tokenizer.ggml.tokens", strings(tokens));
        file.metadata.put("tokenizer.ggml.token_type", array(5, types));
        file.metadata.put("tokenizer.ggml.merges", strings(vocabulary.merges().subList(0, 1)));
        file.metadata.put("tokenizer.ggml.bos_token_id", uint32(257));
        file.metadata.put("tokenizer.ggml.eos_token_id", uint32(258));
        file.metadata.put("tokenizer.chat_template", string(CHAT_TEMPLATE));
        return file;
    }

    /** Adds a float32 tensor with elements 0, 1, 2, ... */
    void add(String name, long... dimensions) {
        float[] elements = new float[(int) Arrays.stream(dimensions).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = i;
        }
        add(name, dimensions, elements);
    }

    /** Adds a float32 tensor of one dimension. */
    void addFloats(String name, float... elements) {
        add(name, new long[] {elements.length}, elements);
    }

    private void add(String name, long[] dimensions, float[] elements) {
        long offset = pad(data);
        tensors.add(new Described(name, dimensions, 0, offset));
        for (float element : elements) {
            data.writeBytes(int32(Float.floatToIntBits(element)));
        }
    }

    /** Replaces the description of a tensor, not its data. */
    void describe(String name, Described description) {
        tensors.replaceAll(tensor -> tensor.name().equals(name) ? description : tensor);
    }

    Described described(String name) {
        return tensors.stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    byte[] toBytes() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        file.writeBytes(int32(version));
        file.writeBytes(int64(tensorCount == null ? tensors.size() : tensorCount));
        file.writeBytes(int64(keyCount == null ? metadata.size() : keyCount));
        metadata.forEach((key, value) -> {
            file.writeBytes(bareString(key));
            file.writeBytes(value);
        });
        for (Described tensor : tensors) {
            file.writeBytes(bareString(tensor.name()));
            file.writeBytes(int32(tensor.dimensions().length));
            Arrays.stream(tensor.dimensions()).forEach(dimension -> file.writeBytes(int64(dimension)));
            file.writeBytes(int32(tensor.type()));
            file.writeBytes(int64(tensor.offset()));
        }
        pad(file);
        file.writeBytes(data.toByteArray());
        return file.toByteArray();
    }

    private long pad(ByteArrayOutputStream bytes) {
        while (bytes.size() % alignment != 0) {
            bytes.write(0);
        }
        return bytes.size();
    }

    static byte[] uint32(int value) {
        return join(int32(4), int32(value));
    }

    static byte[] int32Value(int value) {
        return join(int32(5), int32(value));
    }

    static byte[] float32(float value) {
        return join(int32(6), int32(Float.floatToIntBits(value)));
    }

    static byte[] bool(boolean value) {
        return join(int32(7), new byte[] {(byte) (value ? 1 : 0)});
    }

    static byte[] string(String value) {
        return join(int32(8), bareString(value));
    }

    static byte[] strings(List<String> values) {
        return array(8, values.stream().map(GgufBytes::bareString).toList());
    }

    static byte[] array(int type, List<byte[]> values) {
        return join(int32(9), int32(type), int64(values.size()), join(values.toArray(byte[][]::new)));
    }

    static byte[] int32(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    static byte[] int64(long value) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }

    static byte[] bareString(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return join(int64(utf8.length), utf8);
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }
}
