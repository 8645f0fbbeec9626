package org.llamadl4j.model.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.llamadl4j.model.graph.LlamaWeights;

/** Meta folders of any model, cut into parts apart from the program's own rules. */
final class MetaBytes {

    private MetaBytes() {}

    /**
     * Writes the tensors of {@code source} to {@code consolidated.NN.pth} in {@code folder}.
     *
     * @param embeddingByRows as Llama 3, or as Llama 1 and 2
     */
    static void writeParts(Path folder, WeightSource source, int parts, boolean embeddingByRows) throws IOException {
        Files.createDirectories(folder);
        for (int part = 0; part < parts; part++) {
            Map<String, TorchBytes.Stored> tensors = new LinkedHashMap<>();
            for (Map.Entry<String, long[]> parameter :
                    LlamaWeights.shapes(source.config()).entrySet()) {
                tensors.put(
                        parameter.getKey(),
                        cut(parameter.getKey(), parameter.getValue(), source, part, parts, embeddingByRows));
            }
            Files.write(
                    folder.resolve("consolidated.%02d.pth".formatted(part)),
                    TorchBytes.of(tensors).toBytes());
        }
    }

    private static TorchBytes.Stored cut(
            String name, long[] shape, WeightSource source, int part, int parts, boolean embeddingByRows)
            throws IOException {
        ElementFormat format = source.type(name).elementFormat();
        byte[] whole = readAll(source, name, shape);
        if (shape.length == 1) {
            return new TorchBytes.Stored(format, shape, whole);
        }
        boolean byColumns = name.endsWith("wo.weight")
                || name.endsWith("w2.weight")
                || name.equals("tok_embeddings.weight") && !embeddingByRows;
        int rows = (int) shape[0];
        if (!byColumns) {
            return new TorchBytes.Stored(
                    format,
                    new long[] {rows / parts, shape[1]},
                    Arrays.copyOfRange(whole, whole.length / parts * part, whole.length / parts * (part + 1)));
        }
        int rowBytes = whole.length / rows;
        int partBytes = rowBytes / parts;
        byte[] columns = new byte[rows * partBytes];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(whole, row * rowBytes + part * partBytes, columns, row * partBytes, partBytes);
        }
        return new TorchBytes.Stored(format, new long[] {rows, shape[1] / parts}, columns);
    }

    /** A parameter as it is stored, read in the pieces of a conversion. */
    static byte[] readAll(WeightSource source, String name, long[] shape) throws IOException {
        int size = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        int bytes = source.type(name).elementFormat().bytes();
        byte[] whole = new byte[size * bytes];
        int most = Math.min(size, WeightPieces.length(name, shape, source.config()));
        for (int offset = 0; offset < size; offset += most) {
            byte[] piece = new byte[Math.min(most, size - offset) * bytes];
            source.read(name, offset, piece.length / bytes, piece);
            System.arraycopy(piece, 0, whole, offset * bytes, piece.length);
        }
        return whole;
    }
}
