package org.llamadl4j.model.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.stream.Stream;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.tokenizer.Tokenizer;

/** A LLaMA in a GGUF file, which has query and key rows in Meta's order. */
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
final class GgufSource implements WeightSource {

    /** Tensors of a layer. */
    private static final int LAYER_TENSORS = 9;

    private final GgufFile file;
    private final LlamaConfig config;
    private final Tokenizer tokenizer;
    private final SortedSet<Integer> endIds;

    /** The type that norms had before they came into this file, or null where that is not known. */
    private final GgmlType normType;

    /**
     * Opens {@code path}.
     *
     * @throws UserError if it is not a whole GGUF file of a LLaMA with the tensors that its metadata ask for
     */
    static GgufSource open(Path path) throws IOException {
        GgufFile file = GgufFile.open(path);
        try {
            GgufHeader header = file.header();
            LlamaConfig unscaled = GgufConfig.read(
                    header.metadata(),
                    GgufVocabulary.size(header.metadata()),
                    !header.tensors().containsKey(GgufName.OUTPUT));
            LlamaConfig config = unscaled.withRopeScaling(
                    GgufRope.read(header.metadata(), unscaled, ropeDivisors(file, unscaled, path)));
            Tokenizer tokenizer = GgufVocabulary.read(header.metadata());
            checkTensors(header, config, path);
            return new GgufSource(
                    file,
                    config,
                    tokenizer,
                    GgufVocabulary.endIds(header.metadata(), tokenizer),
                    normType(header.metadata()));
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** The elements of the tensor of rotary divisors, where the file has it. */
    private static Optional<float[]> ropeDivisors(GgufFile file, LlamaConfig config, Path path) throws IOException {
        GgufHeader.Entry entry = file.header().tensors().get(GgufName.ROPE_FACTORS);
        if (entry == null) {
            return Optional.empty();
        }
        int count = config.headDim() / 2;
        if (!Arrays.equals(entry.shape(), new long[] {count})) {
            throw wrongShape(path, GgufName.ROPE_FACTORS, entry, new long[] {count});
        }
        byte[] stored = new byte[(int) entry.type().bytes(count)];
        file.read(entry, 0, stored, stored.length);
        float[] divisors = new float[count];
        entry.type().toFloats(ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN), divisors, count);
        return Optional.of(divisors);
    }

    private static UserError wrongShape(Path path, String name, GgufHeader.Entry entry, long[] shape) {
        return UserError.failed(
                "%s: tensor '%s' has the shape %s; by the metadata it should be %s",
                path, name, Arrays.toString(entry.shape()), Arrays.toString(shape));
    }

    private static GgmlType normType(GgufMetadata metadata) {
        String name = metadata.text(GgufSink.NORM_TYPE, "");
        return Stream.of(GgmlType.F32, GgmlType.F16, GgmlType.BF16)
                .filter(type -> type.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    private static void checkTensors(GgufHeader header, LlamaConfig config, Path path) {
        // Before a list is made of what a forged number of layers would need.
        if (config.layers() > header.tensors().size() / LAYER_TENSORS) {
            throw UserError.failed(
                    "%s: metadata key %s is %d; the %d tensors of the file are not enough for so many layers",
                    path,
                    GgufConfig.BLOCK_COUNT,
                    config.layers(),
                    header.tensors().size());
        }
        Map<String, long[]> expected = new LinkedHashMap<>();
        LlamaWeights.shapes(config).forEach((name, shape) -> expected.put(GgufName.of(name), shape));
        expected.forEach((name, shape) -> {
            GgufHeader.Entry entry = header.tensors().get(name);
            if (entry == null) {
                throw UserError.failed("%s lacks the tensor '%s', which its metadata ask for", path, name);
            }
            if (!Arrays.equals(entry.shape(), shape)) {
                throw wrongShape(path, name, entry, shape);
            }
        });
        for (String name : header.tensors().keySet()) {
            boolean isKnown = name.equals(GgufName.ROPE_FACTORS) || GgufName.isRedundant(name);
            if (!expected.containsKey(name) && !isKnown) {
                throw UserError.failed(
                        "%s has a tensor '%s', for which a model as its metadata describe it has no use", path, name);
            }
        }
    }

    @Override
    public LlamaConfig config() {
        return config;
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public SortedSet<Integer> endIds() {
        return endIds;
    }

    @Override
    public GgmlType type(String name) {
        return entry(name).type();
    }

    @Override
    public GgmlType originalType(String name) {
        return entry(name).shape().length == 1 && normType != null ? normType : type(name);
    }

    @Override
    public Optional<FilePart> location(String name) {
        return Optional.of(file.location(entry(name)));
    }

    @Override
    public void read(String name, long offset, int length, byte[] target) throws IOException {
        GgufHeader.Entry entry = entry(name);
        file.read(entry, entry.type().bytes(offset), target, (int) entry.type().bytes(length));
    }

    private GgufHeader.Entry entry(String name) {
        return file.header().tensors().get(GgufName.of(name));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
