package org.llamadl4j.model.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedSet;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.tokenizer.Tokenizer;

/** A LLaMA in a Hugging Face folder, whose query and key rows are brought into Meta's order when they are read. */
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
final class HuggingFaceSource implements WeightSource {

    private final Path folder;
    private final TensorFiles files;
    private final LlamaConfig config;
    private Tokenizer tokenizer;
    private byte[] halves = {};

    /**
     * Opens {@code folder}; its tokenizer is read when it is asked for.
     *
     * @throws UserError as {@link HuggingFaceFolder#read}
     */
    static HuggingFaceSource open(Path folder) throws IOException {
        LlamaConfig config = HuggingFaceFolder.readConfig(folder);
        TensorFiles files = TensorFiles.open(folder);
        try {
            HuggingFaceFolder.checkTensors(files, config, folder);
            return new HuggingFaceSource(folder, files, config);
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    @Override
    public LlamaConfig config() {
        return config;
    }

    @Override
    public Tokenizer tokenizer() throws IOException {
        if (tokenizer == null) {
            tokenizer = HuggingFaceFolder.readTokenizer(folder, config);
        }
        return tokenizer;
    }

    @Override
    public SortedSet<Integer> endIds() throws IOException {
        return HuggingFaceFolder.readEndIds(folder, config, tokenizer());
    }

    @Override
    public void verify() throws IOException {
        files.verify();
    }

    @Override
    public GgmlType type(String name) {
        String hfName = HuggingFaceName.of(name);
        return GgmlType.of(files.holding(hfName).floatFormat(hfName));
    }

    @Override
    public GgmlType originalType(String name) {
        return type(name);
    }

    @Override
    public Optional<FilePart> location(String name) {
        String hfName = HuggingFaceName.of(name);
        return Optional.of(files.holding(hfName).location(hfName));
    }

    @Override
    public RotaryPairs storedPairs() {
        return RotaryPairs.HALVES;
    }

    @Override
    public void read(String name, long offset, int length, byte[] target) throws IOException {
        String hfName = HuggingFaceName.of(name);
        SafeTensors file = files.holding(hfName);
        if (!HuggingFaceName.isRotary(name)) {
            file.readStored(hfName, offset, target, length);
            return;
        }
        int rowBytes = Math.toIntExact(type(name).bytes(config.dim()));
        int headBytes = Math.multiplyExact(config.headDim(), rowBytes);
        int headElements = config.headDim() * config.dim();
        if (length != headElements) {
            throw new IllegalArgumentException("%d elements are not one head of %d".formatted(length, headElements));
        }
        halves = halves.length < headBytes ? new byte[headBytes] : halves;
        file.readStored(hfName, offset, halves, length);
        RotaryOrder.toMeta(halves, target, config.headDim(), rowBytes);
    }

    @Override
    public void close() throws IOException {
        files.close();
    }
}
