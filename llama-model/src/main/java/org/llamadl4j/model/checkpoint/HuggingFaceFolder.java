package org.llamadl4j.model.checkpoint;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.tokenizer.Tokenizer;
import org.llamadl4j.model.tokenizer.TokenizerFile;

/**
 * A model on disk as Hugging Face's transformers keeps a LLaMA: {@code config.json}, {@code model.safetensors} (or
 * several with an index), {@code tokenizer.json} or {@code tokenizer.model}. What is written here opens there
 * unconverted, and the reverse.
 */
public final class HuggingFaceFolder {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** Room for the tokenizer and the small files, for the message when a disk is full. */
    private static final long SMALL_FILES_BYTES = 1_000_000;

    private HuggingFaceFolder() {}

    /**
     * Reads the model in {@code folder} to be trained on: its weights become float32, query and key rows come into Meta's
     * order. {@link ModelReader#read(Path, Kernels)} opens it to compute with.
     *
     * @throws UserError if a file or tensor is missing, broken, superfluous or of another shape than the configuration
     *     says, or if the model needs what this code does not compute
     */
    public static LlamaModel read(Path folder, Kernels kernels) throws IOException {
        LlamaConfig config = readConfig(folder);
        Tokenizer tokenizer = readTokenizer(folder, config);
        SortedSet<Integer> endIds = readEndIds(folder, config, tokenizer);
        return new LlamaModel(config, readWeights(folder, kernels), tokenizer, kernels, endIds);
    }

    /**
     * Reads the tokenizer alone, and holds it against the vocabulary of {@code config}.
     *
     * @param path its file, or the folder where it is
     */
    static Tokenizer readTokenizer(Path path, LlamaConfig config) throws IOException {
        Tokenizer tokenizer = TokenizerFile.read(path);
        if (tokenizer.vocabSize() > config.vocabSize()) {
            throw UserError.failed(
                    "the tokenizer of %s has %d tokens, but the model there is for %d; is it another model's?",
                    path, tokenizer.vocabSize(), config.vocabSize());
        }
        return tokenizer;
    }

    /**
     * The tokens that end a text: the tokenizer's, and those that the folder names besides; if it names none, all that the
     * vocabulary tells of.
     *
     * @throws UserError if a file names what is no token of the model
     */
    public static SortedSet<Integer> readEndIds(Path folder, LlamaConfig config, Tokenizer tokenizer)
            throws IOException {
        SortedSet<Integer> ids = HuggingFaceEndIds.read(folder, config.vocabSize());
        if (ids.isEmpty()) {
            ids.addAll(tokenizer.eosIds());
        }
        ids.add(tokenizer.eosId());
        return ids;
    }

    /** Reads {@code config.json} alone. */
    public static LlamaConfig readConfig(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Path previous = AtomicFolder.previous(folder);
            throw UserError.failed(
                    "there is no model folder %s%s",
                    folder,
                    Files.exists(previous) ? "; a save was interrupted, and the earlier model is in " + previous : "");
        }
        return HuggingFaceConfig.read(folder.resolve(HuggingFaceConfig.FILE));
    }

    /** Reads {@code config.json} and the tensors, whose rows come into Meta's order; not the tokenizer. */
    public static LlamaWeights readWeights(Path folder, Kernels kernels) throws IOException {
        LlamaConfig config = readConfig(folder);
        try (TensorFiles files = TensorFiles.open(folder)) {
            checkTensors(files, config, folder);
            files.verify();
            LlamaWeights weights = LlamaWeights.zeros(config, kernels);
            for (String name : weights.names()) {
                String hfName = HuggingFaceName.of(name);
                SafeTensors file = files.holding(hfName);
                if (HuggingFaceName.isRotary(name)) {
                    readRotary(file, hfName, weights.get(name), config.headDim(), kernels);
                } else {
                    file.read(hfName, weights.get(name), kernels);
                }
            }
            return weights;
        }
    }

    /**
     * Writes {@code model} to {@code folder}, whole or not at all; an earlier model there is replaced. Weights keep their
     * types; those of blocks, which a folder cannot hold, become F32.
     *
     * @throws UserError if it cannot be written; the earlier model is then untouched
     */
    public static void write(Path folder, LlamaModel model) {
        write(folder, model, 0, temporary -> {});
    }

    /**
     * The same with more files beside the model's.
     *
     * @param moreBytes about how much {@code more} writes
     * @param more writes them into the folder it is given, before that gets its name
     */
    public static void write(Path folder, LlamaModel model, long moreBytes, AtomicFolder.Contents more) {
        long bytes = model.config().parameterCount() * Float.BYTES + SMALL_FILES_BYTES + moreBytes;
        AtomicFolder.write(folder, bytes, temporary -> {
            writeInto(temporary, model);
            more.write(temporary);
        });
    }

    /** Writes the model's files into {@code folder}, which exists; for callers that make it appear at once themselves. */
    public static void writeInto(Path folder, LlamaModel model) throws IOException {
        ElementFormat matrices = format(model.weights().get(LlamaWeights.EMBEDDING));
        writeSmallFiles(folder, model.config(), model.tokenizer(), model.endIds(), matrices);
        writeWeights(folder.resolve(TensorFiles.SINGLE), model.weights(), model.kernels());
    }

    /**
     * Writes everything but the tensors.
     *
     * @param endIds the tokens that end a text
     * @param format that of the matrices, for programs that ask before they read
     */
    static void writeSmallFiles(
            Path folder, LlamaConfig config, Tokenizer tokenizer, SortedSet<Integer> endIds, ElementFormat format)
            throws IOException {
        HuggingFaceConfig.write(folder.resolve(HuggingFaceConfig.FILE), config, tokenizer, endIds, format);
        TokenizerFile.write(folder, tokenizer, config.contextLength());
        writeGenerationConfig(folder.resolve(HuggingFaceEndIds.GENERATION_FILE), tokenizer, endIds);
    }

    /** Holds the names and shapes of all tensors against {@code config}. */
    static void checkTensors(TensorFiles files, LlamaConfig config, Path folder) {
        // Before a list is made of what a forged number of layers would need.
        if (config.layers() > files.names().size()) {
            throw UserError.failed(
                    "%s has %d tensors; those are not enough for the %d layers of its %s",
                    folder, files.names().size(), config.layers(), HuggingFaceConfig.FILE);
        }
        Map<String, long[]> expected = new LinkedHashMap<>();
        LlamaWeights.shapes(config).forEach((name, shape) -> expected.put(HuggingFaceName.of(name), shape));
        expected.forEach((name, shape) -> {
            SafeTensors file = files.holding(name);
            if (file == null) {
                throw UserError.failed(
                        "%s lacks the tensor '%s', which its %s asks for%s",
                        folder, name, HuggingFaceConfig.FILE, andOthers(expected.keySet(), files.names()));
            }
            if (!Arrays.equals(file.shape(name), shape)) {
                throw UserError.failed(
                        "%s: tensor '%s' has the shape %s; by %s it should be %s",
                        folder,
                        name,
                        Arrays.toString(file.shape(name)),
                        HuggingFaceConfig.FILE,
                        Arrays.toString(shape));
            }
        });
        for (String name : files.names()) {
            if (!expected.containsKey(name) && !HuggingFaceName.isRedundant(name, config)) {
                throw UserError.failed(
                        "%s has a tensor '%s', for which a model as its %s describes it has no use%s",
                        folder, name, HuggingFaceConfig.FILE, andOthers(files.names(), expected.keySet()));
            }
        }
    }

    /** How many of {@code names} besides the one that is told are not in {@code known}. */
    private static String andOthers(Set<String> names, Set<String> known) {
        List<String> others =
                names.stream().filter(name -> !known.contains(name)).toList();
        return others.size() > 1 ? ", and %d others".formatted(others.size() - 1) : "";
    }

    private static void readRotary(SafeTensors file, String hfName, Tensor weight, int headDim, Kernels kernels)
            throws IOException {
        int columns = weight.columns();
        float[] huggingFace = new float[headDim * columns];
        float[] meta = new float[headDim * columns];
        for (long offset = 0; offset < weight.size(); offset += meta.length) {
            file.read(hfName, offset, huggingFace, huggingFace.length);
            RotaryOrder.toMeta(huggingFace, meta, headDim, columns);
            kernels.write(meta, 0, weight.buffer(), offset, meta.length);
        }
    }

    /** How {@code weight} is written. */
    private static ElementFormat format(Tensor weight) {
        return switch (weight.buffer().elementType()) {
            case FLOAT16 -> ElementFormat.F16;
            case BFLOAT16 -> ElementFormat.BF16;
            default -> ElementFormat.F32;
        };
    }

    private static void writeWeights(Path file, LlamaWeights weights, Kernels kernels) throws IOException {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        Map<String, ElementFormat> formats = new LinkedHashMap<>();
        weights.tensors().forEach((name, weight) -> {
            shapes.put(HuggingFaceName.of(name), weight.shape());
            formats.put(HuggingFaceName.of(name), format(weight));
        });
        try (SafeTensorsWriter writer = new SafeTensorsWriter(file, shapes, formats, Map.of("format", "pt"))) {
            for (String name : weights.names()) {
                writeWeight(name, weights, writer, kernels);
            }
            writer.commit();
        }
    }

    private static void writeWeight(String name, LlamaWeights weights, SafeTensorsWriter writer, Kernels kernels)
            throws IOException {
        Tensor weight = weights.get(name);
        LlamaConfig config = weights.config();
        GgmlType type = GgmlType.of(format(weight));
        int most = (int) Math.min(weight.size(), WeightPieces.length(name, weight.shape(), config));
        float[] elements = new float[most];
        float[] reordered = new float[most];
        byte[] stored = new byte[(int) type.bytes(most)];
        for (long offset = 0; offset < weight.size(); offset += most) {
            int length = (int) Math.min(most, weight.size() - offset);
            kernels.read(weight.buffer(), offset, elements, 0, length);
            boolean moves = HuggingFaceName.isRotary(name) && weights.rotaryPairs() == RotaryPairs.ADJACENT;
            if (moves) {
                RotaryOrder.toHuggingFace(elements, reordered, config.headDim(), config.dim());
            }
            FloatEncoder.encode(
                    type,
                    moves ? reordered : elements,
                    length,
                    ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN));
            writer.append(HuggingFaceName.of(name), stored, (int) type.bytes(length));
        }
    }

    private static void writeGenerationConfig(Path file, Tokenizer tokenizer, SortedSet<Integer> endIds)
            throws IOException {
        ObjectNode json = JSON.createObjectNode();
        json.put("bos_token_id", tokenizer.bosId());
        HuggingFaceEndIds.write(json, endIds);
        JSON.writeValue(file.toFile(), json);
    }
}
