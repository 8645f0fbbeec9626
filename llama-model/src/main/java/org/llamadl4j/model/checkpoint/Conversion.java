package org.llamadl4j.model.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import lombok.extern.slf4j.Slf4j;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;

/**
 * A model from one format to another. It holds a piece of one tensor at a time; a tensor whose type stays is copied to
 * the bit.
 */
@Slf4j
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
public final class Conversion implements Closeable {

    private final Path from;
    private final Path to;
    private final ModelFormat format;
    private final WeightSource source;

    /** How each parameter will be stored, by Meta's names. */
    private final Map<String, GgmlType> types;

    private final TypeConversion conversion;
    private byte[] stored = {};

    /**
     * Opens the model at {@code from}, to be written to {@code to}.
     *
     * @param type of the matrices; empty to keep each as it is, those that {@code format} cannot hold as float32. Norms
     *     are float32 in GGUF files. Rows that are no whole number of blocks are F16 instead of Q8_0.
     * @throws UserError if {@code from} is missing or broken, or {@code format} cannot hold {@code type}
     */
    public static Conversion open(Path from, Path to, ModelFormat format, Optional<WeightType> type)
            throws IOException {
        if (format == ModelFormat.HF
                && type.filter(t -> !t.ggmlType().isPlain()).isPresent()) {
            throw UserError.usage("a Hugging Face folder holds f32, f16 or bf16, not %s", type.get());
        }
        if (Files.exists(from) && Files.exists(to) && Files.isSameFile(from, to)) {
            throw UserError.usage("%s would be replaced by its own conversion; name another place", from);
        }
        if (format == ModelFormat.GGUF && Files.isDirectory(to)) {
            throw UserError.usage("%s is a folder; a GGUF model is one file, such as %s.gguf", to, to);
        }
        WeightSource source = ModelReader.open(from);
        try {
            source.tokenizer();
            source.verify();
            Map<String, GgmlType> types = new LinkedHashMap<>();
            LlamaWeights.shapes(source.config())
                    .forEach((name, shape) -> types.put(
                            name,
                            format == ModelFormat.GGUF
                                    ? ggufType(source, name, shape, type)
                                    : huggingFaceType(source, name, type)));
            return new Conversion(from, to, format, source, types, new TypeConversion(from));
        } catch (IOException | RuntimeException e) {
            source.close();
            throw e;
        }
    }

    private static GgmlType ggufType(WeightSource source, String name, long[] shape, Optional<WeightType> wanted) {
        if (shape.length == 1) {
            return GgmlType.F32;
        }
        GgmlType kept = source.type(name) == GgmlType.F64 ? GgmlType.F32 : source.type(name);
        GgmlType type = wanted.map(WeightType::ggmlType).orElse(kept);
        if (shape[1] % type.blockLength() == 0) {
            return type;
        }
        log.info("{} has rows of {}, no multiple of {}: it becomes F16", name, shape[1], type.blockLength());
        return GgmlType.F16;
    }

    private static GgmlType huggingFaceType(WeightSource source, String name, Optional<WeightType> wanted) {
        GgmlType original = source.originalType(name);
        boolean held = original.isPlain() && original.isWritable();
        return wanted.map(WeightType::ggmlType).orElse(held ? original : GgmlType.F32);
    }

    /** Bytes of all parameters as they are stored now. */
    public long bytes() {
        long bytes = 0;
        for (Map.Entry<String, long[]> parameter :
                LlamaWeights.shapes(source.config()).entrySet()) {
            bytes += source.type(parameter.getKey()).bytes(size(parameter.getValue()));
        }
        return bytes;
    }

    /**
     * Writes the model, whole or not at all.
     *
     * @param progress is told how many more of {@link #bytes} are done
     * @throws UserError if a file is damaged, a weight is larger than the new type can hold, or the disk is full
     */
    public void run(LongConsumer progress) throws IOException {
        if (format == ModelFormat.GGUF) {
            writeGguf(progress);
        } else {
            writeFolder(progress);
        }
    }

    private void writeGguf(LongConsumer progress) throws IOException {
        String title =
                from.toAbsolutePath().normalize().getFileName().toString().replaceFirst("\\.gguf$", "");
        Path parent = to.toAbsolutePath().getParent();
        try {
            Files.createDirectories(parent);
            try (GgufSink sink = new GgufSink(to, title, source, types)) {
                copyAll(sink, progress);
                sink.commit();
            }
        } catch (IOException e) {
            throw UserError.failed(e, "cannot write %s: %s. What was there before is untouched.", to, e.getMessage());
        }
    }

    private void writeFolder(LongConsumer progress) {
        LlamaConfig config = source.config();
        long bytes = 0;
        for (Map.Entry<String, long[]> parameter : LlamaWeights.shapes(config).entrySet()) {
            bytes += types.get(parameter.getKey()).bytes(size(parameter.getValue()));
        }
        AtomicFolder.write(to, bytes, folder -> {
            ElementFormat matrices = types.get(LlamaWeights.EMBEDDING).elementFormat();
            HuggingFaceFolder.writeSmallFiles(folder, config, source.tokenizer(), source.endIds(), matrices);
            try (HuggingFaceSink sink = new HuggingFaceSink(folder.resolve(TensorFiles.SINGLE), config, types)) {
                copyAll(sink, progress);
                sink.commit();
            }
        });
    }

    private void copyAll(WeightSink sink, LongConsumer progress) throws IOException {
        for (Map.Entry<String, long[]> parameter :
                LlamaWeights.shapes(source.config()).entrySet()) {
            copy(parameter.getKey(), parameter.getValue(), sink, progress);
        }
    }

    private void copy(String name, long[] shape, WeightSink sink, LongConsumer progress) throws IOException {
        GgmlType oldType = source.type(name);
        GgmlType newType = types.get(name);
        long size = size(shape);
        int most = (int) Math.min(size, WeightPieces.length(name, shape, source.config()));
        for (long offset = 0; offset < size; offset += most) {
            int length = (int) Math.min(most, size - offset);
            int oldBytes = (int) oldType.bytes(length);
            stored = stored.length < oldBytes ? new byte[oldBytes] : stored;
            source.read(name, offset, length, stored);
            if (oldType == newType) {
                sink.append(name, stored, oldBytes);
            } else {
                byte[] converted = conversion.convert(name, oldType, newType, stored, length);
                sink.append(name, converted, (int) newType.bytes(length));
            }
            progress.accept(oldBytes);
        }
    }

    private static long size(long[] shape) {
        long size = 1;
        for (long dimension : shape) {
            size *= dimension;
        }
        return size;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
