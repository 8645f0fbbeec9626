package org.llamadl4j.model.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.llamadl4j.model.DamagedFiles;
import org.llamadl4j.model.graph.LlamaWeights;

/** Opens many damaged models and reads to the end those that open. */
final class ReaderFuzz {

    private ReaderFuzz() {}

    /**
     * Reads models as {@link DamagedFiles} does.
     *
     * @param model a folder or file that {@code damage} changes
     * @param leastRefused of all inputs, the share that must be refused: a damage that does none tests nothing
     */
    static void run(Path model, double leastRefused, DamagedFiles.Damage damage) throws IOException {
        DamagedFiles.read(model, leastRefused, damage, ReaderFuzz::readAll);
    }

    private static void readAll(Path model) throws IOException {
        try (WeightSource source = ModelReader.open(model)) {
            source.verify();
            source.tokenizer();
            source.endIds();
            for (Map.Entry<String, long[]> parameter :
                    LlamaWeights.shapes(source.config()).entrySet()) {
                String name = parameter.getKey();
                long size = 1;
                for (long dimension : parameter.getValue()) {
                    size *= dimension;
                }
                int most = (int) Math.min(size, WeightPieces.length(name, parameter.getValue(), source.config()));
                byte[] stored = new byte[(int) source.type(name).bytes(most)];
                for (long offset = 0; offset < size; offset += most) {
                    source.read(name, offset, (int) Math.min(most, size - offset), stored);
                }
            }
        }
    }
}
