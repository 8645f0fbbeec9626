package org.llamadl4j.model.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.tokenizer.SentencePieceTokenizer;

/** A LLaMA in a GGUF file, which has query and key rows in Meta's order. */
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
final class GgufSource implements WeightSource {

    /** Tensors of a layer. */
    private static final int LAYER_TENSORS = 9;

    private final GgufFile file;
    private final LlamaConfig config;
    private final SentencePieceTokenizer tokenizer;

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
            LlamaConfig config = GgufConfig.read(
                    header.metadata(),
                    GgufVocabulary.size(header.metadata()),
                    !header.tensors().containsKey(GgufName.OUTPUT));
            SentencePieceTokenizer tokenizer = GgufVocabulary.read(header.metadata());
            checkTensors(header, config, path);
            return new GgufSource(file, config, tokenizer, normType(header.metadata()));
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
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
                throw UserError.failed(
                        "%s: tensor '%s' has the shape %s; by the metadata it should be %s",
                        path, name, Arrays.toString(entry.shape()), Arrays.toString(shape));
            }
        });
        for (String name : header.tensors().keySet()) {
            if (!expected.containsKey(name) && !GgufName.isRedundant(name)) {
                throw UserError.failed(
                        name.equals(GgufName.ROPE_FACTORS)
                                ? "%s has a tensor '%s': it scales its rotary frequencies, which is not supported"
                                : "%s has a tensor '%s', for which a model as its metadata describe it has no use",
                        path,
                        name);
            }
        }
    }

    @Override
    public LlamaConfig config() {
        return config;
    }

    @Override
    public SentencePieceTokenizer tokenizer() {
        return tokenizer;
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
