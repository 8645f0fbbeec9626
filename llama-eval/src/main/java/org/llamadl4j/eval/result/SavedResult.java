package org.llamadl4j.eval.result;

import java.nio.file.Path;
import java.util.List;

/**
 * What a {@code results.json} says.
 *
 * @param file the file
 * @param model what people call the model
 * @param scores all scores
 */
public record SavedResult(Path file, String model, List<SavedScore> scores) {

    public SavedResult {
        scores = List.copyOf(scores);
    }
}
