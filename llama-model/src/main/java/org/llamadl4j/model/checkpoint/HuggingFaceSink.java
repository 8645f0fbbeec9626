package org.llamadl4j.model.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;

/** Writes the tensors of a Hugging Face folder, query and key rows in its order. */
final class HuggingFaceSink implements WeightSink, Closeable {

    private final LlamaConfig config;
    private final SafeTensorsWriter writer;
    private byte[] halves = {};

    /**
     * Starts {@code file}.
     *
     * @param types of every parameter, by Meta's names
     */
    HuggingFaceSink(Path file, LlamaConfig config, Map<String, GgmlType> types) throws IOException {
        this.config = config;
        Map<String, long[]> shapes = new LinkedHashMap<>();
        Map<String, ElementFormat> formats = new LinkedHashMap<>();
        LlamaWeights.shapes(config).forEach((name, shape) -> {
            shapes.put(HuggingFaceName.of(name), shape);
            formats.put(HuggingFaceName.of(name), types.get(name).elementFormat());
        });
        this.writer = new SafeTensorsWriter(file, shapes, formats, Map.of("format", "pt"));
    }

    @Override
    public void append(String name, byte[] stored, int count) throws IOException {
        if (!HuggingFaceName.isRotary(name)) {
            writer.append(HuggingFaceName.of(name), stored, count);
            return;
        }
        halves = halves.length < count ? new byte[count] : halves;
        RotaryOrder.toHuggingFace(stored, halves, config.headDim(), count / config.headDim());
        writer.append(HuggingFaceName.of(name), halves, count);
    }

    void commit() throws IOException {
        writer.commit();
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
