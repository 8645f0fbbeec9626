package org.llamadl4j.eval.task;

import java.util.List;
import java.util.Map;
import org.llamadl4j.eval.data.DataFile;
import org.llamadl4j.eval.metric.Rule;

/**
 * A task as it is asked in one run.
 *
 * @param task the task
 * @param files what it read
 * @param rowsInFiles how many questions the files have
 * @param questionsOfTask how many of them the task asks when nothing limits it
 * @param shots how many worked examples precede each question
 * @param pooled whether the task is a group of its parts, whose standard error is made of theirs
 * @param notScored why a rule gives no score, where that is so
 * @param questions what is asked
 */
public record PreparedTask(
        Task task,
        List<DataFile> files,
        int rowsInFiles,
        int questionsOfTask,
        Map<Rule, Integer> shots,
        boolean pooled,
        Map<Rule, String> notScored,
        List<Question> questions) {

    public PreparedTask {
        files = List.copyOf(files);
        shots = Map.copyOf(shots);
        notScored = Map.copyOf(notScored);
        questions = List.copyOf(questions);
    }
}
