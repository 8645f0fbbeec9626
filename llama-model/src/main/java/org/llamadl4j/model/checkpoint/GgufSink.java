package org.llamadl4j.model.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;

/** Writes a LLaMA to a GGUF file as llama.cpp's converter does. */
final class GgufSink implements WeightSink, Closeable {

    /**
     * The type that norms had where the model came from. llama.cpp computes with norms of float32 alone, so a folder of
     * bfloat16 would not come back to the bit without it.
     */
    static final String NORM_TYPE = "llamadl4j.norm_type";

    /** What llama.cpp calls a file by the type of its matrices. */
    private static final Map<GgmlType, Integer> FILE_TYPES = Map.of(
            GgmlType.F32, 0,
            GgmlType.F16, 1,
            GgmlType.Q4_0, 2,
            GgmlType.Q8_0, 7,
            GgmlType.Q4_K, 15,
            GgmlType.Q6_K, 18,
            GgmlType.BF16, 32);

    private static final int QUANTIZATION_VERSION = 2;

    private final GgufWriter writer;
    private String current;
    private long written;

    /**
     * Starts {@code file}.
     *
     * @param title what the model is called
     * @param types of every parameter, by Meta's names
     */
    GgufSink(Path file, String title, WeightSource source, Map<String, GgmlType> types) throws IOException {
        LlamaConfig config = source.config();
        Map<String, Object> metadata = new LinkedHashMap<>();
        GgufConfig.write(config, metadata);
        metadata.put("general.name", title);
        metadata.put("general.file_type", FILE_TYPES.get(types.get(LlamaWeights.wv(0))));
        if (types.values().stream().anyMatch(type -> !type.isPlain())) {
            metadata.put("general.quantization_version", QUANTIZATION_VERSION);
        }
        GgufVocabulary.write(source.tokenizer(), config.vocabSize(), metadata);
        GgufVocabulary.writeEndIds(source.tokenizer(), source.endIds(), metadata);
        Map<String, GgmlType> ggufTypes = new LinkedHashMap<>();
        Map<String, long[]> ggufShapes = new LinkedHashMap<>();
        LlamaWeights.shapes(config).forEach((name, shape) -> {
            ggufTypes.put(GgufName.of(name), types.get(name));
            ggufShapes.put(GgufName.of(name), shape);
        });
        Optional<float[]> ropeDivisors = GgufRope.tensor(config);
        ropeDivisors.ifPresent(divisors -> {
            ggufTypes.put(GgufName.ROPE_FACTORS, GgmlType.F32);
            ggufShapes.put(GgufName.ROPE_FACTORS, new long[] {divisors.length});
        });
        Set<GgmlType> normTypes = LlamaWeights.shapes(config).entrySet().stream()
                .filter(parameter -> parameter.getValue().length == 1)
                .map(parameter -> source.originalType(parameter.getKey()))
                .collect(Collectors.toSet());
        if (normTypes.size() == 1) {
            metadata.put(NORM_TYPE, normTypes.iterator().next().name());
        }
        this.writer = new GgufWriter(file, metadata, GgufWriter.layout(ggufTypes, ggufShapes));
        if (ropeDivisors.isPresent()) {
            writeRopeDivisors(ropeDivisors.get());
        }
    }

    private void writeRopeDivisors(float[] divisors) throws IOException {
        ByteBuffer stored = ByteBuffer.allocate(divisors.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        stored.asFloatBuffer().put(divisors);
        try {
            writer.write(GgufName.ROPE_FACTORS, 0, stored.array(), stored.capacity());
        } catch (IOException e) {
            writer.close();
            throw e;
        }
    }

    @Override
    public void append(String name, byte[] stored, int count) throws IOException {
        if (!name.equals(current)) {
            current = name;
            written = 0;
        }
        writer.write(GgufName.of(name), written, stored, count);
        written += count;
    }

    void commit() throws IOException {
        writer.commit();
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
