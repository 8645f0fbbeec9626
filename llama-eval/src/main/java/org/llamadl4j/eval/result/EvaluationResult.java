package org.llamadl4j.eval.result;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.llamadl4j.eval.task.TaskSettings;

/**
 * What an evaluation came to.
 *
 * @param model which model was asked
 * @param settings how it was asked
 * @param started when
 * @param elapsed how long it took
 * @param tasks the results
 */
public record EvaluationResult(
        ModelIdentity model, TaskSettings settings, Instant started, Duration elapsed, List<TaskResult> tasks) {

    public EvaluationResult {
        tasks = List.copyOf(tasks);
    }
}
