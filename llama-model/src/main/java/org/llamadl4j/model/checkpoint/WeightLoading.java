package org.llamadl4j.model.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lombok.extern.slf4j.Slf4j;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.kernel.Tensor;

/**
 * Brings the weights of an open model to a device. A matrix that its file holds in the type that is wanted is mapped
 * there; everything else is read a few pieces at a time and converted. Norms, which are small, are always float32.
 */
@Slf4j
final class WeightLoading {

    /** For messages. */
    private final Path path;

    private final WeightSource source;
    private final Kernels kernels;
    private final Map<String, long[]> shapes;
    private final Map<String, GgmlType> types = new LinkedHashMap<>();

    /**
     * Of all weights, matrices in {@code type}, or as they are stored where that is empty. Blocks of four and six bits,
     * which are not computed with, become F16; rows that are no whole number of blocks are F16 instead of Q8_0.
     */
    WeightLoading(Path path, WeightSource source, Kernels kernels, Optional<WeightType> type) {
        this.path = path;
        this.source = source;
        this.kernels = kernels;
        shapes = LlamaWeights.shapes(source.config());
        shapes.forEach((name, shape) -> types.put(name, type(name, shape, type)));
    }

    /** How parameter {@code name} will be held. */
    ElementType elementType(String name) {
        return types.get(name).elementType().orElseThrow();
    }

    /**
     * Loads them. Files that are read anyway, since not all matrices are mapped, are compared with their checksums.
     *
     * @throws UserError if a file was altered or cut short, or a weight is larger than its type can hold
     */
    LlamaWeights load() throws IOException {
        // Queries and keys are all in one order.
        boolean stayInOrder = shapes.keySet().stream()
                .filter(HuggingFaceName::isRotary)
                .allMatch(name -> isMappable(name, types.get(name)));
        boolean allMapped = shapes.entrySet().stream()
                .filter(parameter -> parameter.getValue().length > 1)
                .allMatch(parameter -> isMappable(parameter.getKey(), types.get(parameter.getKey())));
        if (!allMapped) {
            source.verify();
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, long[]> parameter : shapes.entrySet()) {
            String name = parameter.getKey();
            long[] shape = parameter.getValue();
            boolean mapped = shape.length > 1
                    && isMappable(name, types.get(name))
                    && (stayInOrder || !HuggingFaceName.isRotary(name));
            tensors.put(name, mapped ? map(name, shape) : convert(name, shape, types.get(name)));
        }
        RotaryPairs pairs = stayInOrder ? source.storedPairs() : RotaryPairs.ADJACENT;
        return LlamaWeights.of(source.config(), pairs, tensors);
    }

    private GgmlType type(String name, long[] shape, Optional<WeightType> wanted) {
        if (shape.length == 1) {
            return GgmlType.F32;
        }
        GgmlType stored = source.type(name);
        if (wanted.isEmpty()) {
            return stored.elementType().isPresent() ? stored : stored == GgmlType.F64 ? GgmlType.F32 : GgmlType.F16;
        }
        GgmlType type = wanted.get().ggmlType();
        if (shape[1] % type.blockLength() == 0) {
            return type;
        }
        log.info("{} has rows of {}, no multiple of {}: it becomes F16", name, shape[1], type.blockLength());
        return GgmlType.F16;
    }

    private boolean isMappable(String name, GgmlType type) {
        return source.type(name) == type && source.location(name).isPresent();
    }

    private Tensor map(String name, long[] shape) throws IOException {
        FilePart part = source.location(name).orElseThrow();
        ElementType type = source.type(name).elementType().orElseThrow();
        Tensor tensor;
        try {
            tensor = new Tensor(kernels.map(type, part.file(), part.offset(), size(shape)), shape);
        } catch (IOException e) {
            throw UserError.failed(e, "%s: parameter %s cannot be mapped: %s", path, name, e.getMessage());
        }
        if (type == ElementType.FLOAT16 && !kernels.isFinite(tensor)) {
            throw UserError.failed("%s: parameter %s holds numbers that are not finite", path, name);
        }
        return tensor;
    }

    private Tensor convert(String name, long[] shape, GgmlType type) throws IOException {
        ElementType elementType = type.elementType().orElseThrow().inRowsOf(shape[shape.length - 1]);
        long size = size(shape);
        if (elementType == ElementType.FLOAT32 && size > kernels.maximumLength()) {
            throw UserError.failed(
                    "%s: parameter %s has %,d elements, and memory for float32 holds at most %,d; as bf16 it has room",
                    path, name, size, kernels.maximumLength());
        }
        Tensor tensor = new Tensor(kernels.allocate(elementType, size), shape);
        int most = (int) Math.min(size, WeightPieces.length(name, shape, source.config()));
        List<Piece> pieces = Stream.generate(() -> new Piece(name, type, most))
                .limit(Math.min((size + most - 1) / most, Runtime.getRuntime().availableProcessors()))
                .toList();
        for (long offset = 0; offset < size; ) {
            int count = 0;
            for (; count < pieces.size() && offset < size; count++) {
                pieces.get(count).read(offset, (int) Math.min(most, size - offset));
                offset += most;
            }
            IntStream.range(0, count).parallel().forEach(i -> pieces.get(i).convert());
            for (Piece piece : pieces.subList(0, count)) {
                piece.write(tensor);
            }
        }
        return tensor;
    }

    /** A piece of a parameter on its way; several are converted at once. */
    private final class Piece {

        private final String name;
        private final GgmlType type;
        private final GgmlType storedType;
        private final byte[] stored;
        private final TypeConversion conversion = new TypeConversion(path);
        private long offset;
        private int length;
        private float[] floats;
        private byte[] converted;
        private UserError failure;

        Piece(String name, GgmlType type, int most) {
            this.name = name;
            this.type = type;
            storedType = source.type(name);
            stored = new byte[(int) storedType.bytes(most)];
        }

        void read(long from, int count) throws IOException {
            offset = from;
            length = count;
            source.read(name, offset, length, stored);
        }

        void convert() {
            try {
                if (type == GgmlType.F32) {
                    floats = conversion.toFloats(storedType, stored, length);
                } else {
                    converted =
                            type == storedType ? stored : conversion.convert(name, storedType, type, stored, length);
                }
            } catch (UserError e) {
                // A stream would hide it in another exception.
                failure = e;
            }
        }

        void write(Tensor tensor) {
            if (failure != null) {
                throw failure;
            }
            if (type == GgmlType.F32) {
                kernels.write(floats, 0, tensor.buffer(), offset, length);
            } else {
                kernels.write(converted, 0, tensor.buffer(), offset, length);
            }
        }
    }

    private static long size(long[] shape) {
        long size = 1;
        for (long dimension : shape) {
            size *= dimension;
        }
        return size;
    }
}
