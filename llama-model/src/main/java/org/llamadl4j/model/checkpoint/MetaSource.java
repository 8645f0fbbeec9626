package org.llamadl4j.model.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.tokenizer.Tokenizer;

/** A LLaMA in a Meta folder, whose parts are merged as it is read. */
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
final class MetaSource implements WeightSource {

    /** Tensors of a layer. */
    private static final int LAYER_TENSORS = 9;

    /** The rotary frequencies, which follow from θ. */
    private static final String FREQUENCIES = "rope.freqs";

    private final List<TorchFile> parts;
    private final LlamaConfig config;
    private final Tokenizer tokenizer;
    private final SortedSet<Integer> endIds;
    private final Map<String, ModelParallelSplit> splits;
    private byte[] columns = {};

    /**
     * Opens {@code folder}.
     *
     * @throws UserError if a file or tensor is missing, broken, superfluous, or of another shape than {@code params.json}
     *     says and its parts should have
     */
    static MetaSource open(Path folder) throws IOException {
        MetaConfig params = MetaConfig.read(folder.resolve(MetaConfig.FILE));
        List<TorchFile> parts = new ArrayList<>();
        try {
            for (Path part : MetaFolder.parts(folder)) {
                parts.add(TorchFile.open(part));
            }
            LlamaConfig config = params.toLlamaConfig(vocabSize(parts, params.dim()), isTied(parts));
            Map<String, ModelParallelSplit> splits = checkTensors(parts, config);
            Tokenizer tokenizer = MetaFolder.readTokenizer(folder, config);
            SortedSet<Integer> endIds = new TreeSet<>(tokenizer.eosIds());
            return new MetaSource(parts, config, tokenizer, endIds, splits);
        } catch (IOException | RuntimeException e) {
            closeAll(parts);
            throw e;
        }
    }

    private static TorchTensor require(TorchFile part, String name) {
        TorchTensor tensor = part.tensor(name);
        if (tensor == null) {
            throw UserError.failed("%s lacks the tensor '%s'", part.file(), name);
        }
        return tensor;
    }

    private static int vocabSize(List<TorchFile> parts, int dim) {
        long[] shape = require(parts.get(0), LlamaWeights.EMBEDDING).shape();
        if (shape.length == 2 && shape[1] == dim && shape[0] <= Integer.MAX_VALUE / parts.size()) {
            return (int) shape[0] * parts.size();
        }
        if (shape.length == 2 && shape[1] == (double) dim / parts.size() && shape[0] <= Integer.MAX_VALUE) {
            return (int) shape[0];
        }
        throw UserError.failed(
                "%s: tensor '%s' has the shape %s; rows should have dim, %d, elements, or as one of %d parts a share"
                        + " of them; are all parts of the model in the folder?",
                parts.get(0).file(), LlamaWeights.EMBEDDING, Arrays.toString(shape), dim, parts.size());
    }

    /** Whether there is no output head, or it is the very embedding. */
    private static boolean isTied(List<TorchFile> parts) {
        return parts.stream().allMatch(part -> {
            TorchTensor output = part.tensor(LlamaWeights.OUTPUT);
            TorchTensor embedding = require(part, LlamaWeights.EMBEDDING);
            return output == null
                    || output.storage().equals(embedding.storage())
                            && output.offset() == embedding.offset()
                            && Arrays.equals(output.shape(), embedding.shape());
        });
    }

    private static Map<String, ModelParallelSplit> checkTensors(List<TorchFile> parts, LlamaConfig config) {
        TorchFile first = parts.get(0);
        // Before a list is made of what a forged number of layers would need.
        if (config.layers() > first.names().size() / LAYER_TENSORS) {
            throw UserError.failed(
                    "%s has %d tensors; those are not enough for n_layers, %d, of %s",
                    first.file(), first.names().size(), config.layers(), MetaConfig.FILE);
        }
        Map<String, ModelParallelSplit> splits = new LinkedHashMap<>();
        LlamaWeights.shapes(config).forEach((name, shape) -> {
            TorchTensor tensor = require(first, name);
            ModelParallelSplit split = ModelParallelSplit.of(name, shape, tensor.shape());
            if (!split.divides(shape, parts.size())) {
                throw UserError.failed(
                        "%s: %d parts cannot have equal shares of tensor '%s', of shape %s by %s",
                        first.file().toAbsolutePath().getParent(),
                        parts.size(),
                        name,
                        Arrays.toString(shape),
                        MetaConfig.FILE);
            }
            for (TorchFile part : parts) {
                checkPart(part, name, split.partShape(shape, parts.size()), first, parts.size());
            }
            splits.put(name, split);
        });
        for (TorchFile part : parts) {
            for (String name : part.names()) {
                boolean redundant =
                        name.equals(FREQUENCIES) || config.tiedEmbeddings() && name.equals(LlamaWeights.OUTPUT);
                if (!splits.containsKey(name) && !redundant) {
                    throw UserError.failed(
                            "%s has a tensor '%s', for which a model as %s describes it has no use",
                            part.file(), name, MetaConfig.FILE);
                }
            }
        }
        return splits;
    }

    private static void checkPart(TorchFile part, String name, long[] shape, TorchFile first, int count) {
        TorchTensor tensor = require(part, name);
        if (!Arrays.equals(tensor.shape(), shape)) {
            throw UserError.failed(
                    "%s: tensor '%s' has the shape %s; by %s, as one of %d parts, it should be %s",
                    part.file(), name, Arrays.toString(tensor.shape()), MetaConfig.FILE, count, Arrays.toString(shape));
        }
        ElementFormat format = first.tensor(name).storage().format();
        if (tensor.storage().format() != format) {
            throw UserError.failed(
                    "%s: tensor '%s' is %s, but %s in %s; all parts of a tensor are of one type",
                    part.file(), name, tensor.storage().format(), format, first.file());
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
        return GgmlType.of(format(name));
    }

    private ElementFormat format(String name) {
        return parts.get(0).tensor(name).storage().format();
    }

    @Override
    public GgmlType originalType(String name) {
        return type(name);
    }

    /** In the one file, or in the first where all have the same; what is cut is merged as it is read. */
    @Override
    public Optional<FilePart> location(String name) {
        TorchFile first = parts.get(0);
        boolean whole = parts.size() == 1 || splits.get(name) == ModelParallelSplit.NONE;
        return whole ? Optional.of(first.location(first.tensor(name))) : Optional.empty();
    }

    @Override
    public void read(String name, long offset, int length, byte[] target) throws IOException {
        switch (splits.get(name)) {
            case NONE ->
                readFrom(
                        0,
                        name,
                        offset,
                        ByteBuffer.wrap(target, 0, length * format(name).bytes()));
            case ROWS -> readRows(name, offset, length, target);
            case COLUMNS -> readColumns(name, offset, length, target);
        }
    }

    private void readFrom(int part, String name, long offset, ByteBuffer target) throws IOException {
        parts.get(part).read(parts.get(part).tensor(name), offset, target);
    }

    private void readRows(String name, long offset, int length, byte[] target) throws IOException {
        long[] shape = parts.get(0).tensor(name).shape();
        long partSize = shape[0] * shape[1];
        int bytes = format(name).bytes();
        int done = 0;
        while (done < length) {
            long position = offset + done;
            long within = position % partSize;
            int count = (int) Math.min(length - done, partSize - within);
            readFrom((int) (position / partSize), name, within, ByteBuffer.wrap(target, done * bytes, count * bytes));
            done += count;
        }
    }

    private void readColumns(String name, long offset, int length, byte[] target) throws IOException {
        int partColumns = (int) parts.get(0).tensor(name).shape()[1];
        int allColumns = partColumns * parts.size();
        if (offset % allColumns != 0 || length % allColumns != 0) {
            throw new IllegalArgumentException(
                    "elements %d and %d more are not whole rows of %d".formatted(offset, length, allColumns));
        }
        int rows = length / allColumns;
        int partRowBytes = partColumns * format(name).bytes();
        columns = columns.length < rows * partRowBytes ? new byte[rows * partRowBytes] : columns;
        for (int part = 0; part < parts.size(); part++) {
            readFrom(part, name, offset / allColumns * partColumns, ByteBuffer.wrap(columns, 0, rows * partRowBytes));
            for (int row = 0; row < rows; row++) {
                System.arraycopy(
                        columns, row * partRowBytes, target, (row * parts.size() + part) * partRowBytes, partRowBytes);
            }
        }
    }

    private static void closeAll(List<TorchFile> parts) throws IOException {
        for (TorchFile part : parts) {
            part.close();
        }
    }

    @Override
    public void close() throws IOException {
        closeAll(parts);
    }
}
