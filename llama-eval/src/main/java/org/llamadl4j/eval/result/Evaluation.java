package org.llamadl4j.eval.result;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.eval.data.DataFolder;
import org.llamadl4j.eval.request.LanguageModel;
import org.llamadl4j.eval.request.Request;
import org.llamadl4j.eval.request.Response;
import org.llamadl4j.eval.task.PreparedTask;
import org.llamadl4j.eval.task.Question;
import org.llamadl4j.eval.task.Task;
import org.llamadl4j.eval.task.TaskSettings;

/** Tasks and a model in, results out. */
@RequiredArgsConstructor
public final class Evaluation {

    private final DataFolder data;
    private final TaskSettings settings;

    /**
     * Reads and phrases all of {@code tasks} before anything is asked, has {@code model} answer all their requests in one
     * list, and scores the answers.
     *
     * @throws org.llamadl4j.model.error.UserError if a file is not there, or not as it should be
     */
    public EvaluationResult run(List<Task> tasks, LanguageModel model, ModelIdentity identity) {
        return ask(prepare(tasks), model, identity);
    }

    /**
     * Reads and phrases all of {@code tasks}.
     *
     * @throws org.llamadl4j.model.error.UserError if a file is not there, or not as it should be
     */
    public List<PreparedTask> prepare(List<Task> tasks) {
        return tasks.stream().map(task -> task.prepare(data, settings)).toList();
    }

    /** Has {@code model} answer all requests of {@code prepared} in one list, and scores the answers. */
    public EvaluationResult ask(List<PreparedTask> prepared, LanguageModel model, ModelIdentity identity) {
        Instant started = Instant.now();
        List<Request> requests = prepared.stream()
                .flatMap(task -> task.questions().stream())
                .flatMap(question -> question.requests().stream())
                .toList();
        List<Response> responses = model.answer(requests);
        if (responses.size() != requests.size()) {
            throw new IllegalStateException("%d answers to %d requests".formatted(responses.size(), requests.size()));
        }
        List<TaskResult> results = new ArrayList<>();
        int next = 0;
        for (PreparedTask task : prepared) {
            List<Sample> samples = new ArrayList<>();
            for (Question question : task.questions()) {
                int count = question.requests().size();
                List<Response> own = responses.subList(next, next + count);
                next += count;
                samples.add(new Sample(question, own, question.score(own)));
            }
            results.add(TaskResult.of(task, samples));
        }
        return new EvaluationResult(identity, settings, started, Duration.between(started, Instant.now()), results);
    }
}
