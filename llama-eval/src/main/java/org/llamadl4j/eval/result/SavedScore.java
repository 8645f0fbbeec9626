package org.llamadl4j.eval.result;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalDouble;

/**
 * A score as {@code results.json} lists it, with all that made it.
 *
 * @param task the task
 * @param of the task itself, or the part of it that the score is of
 * @param rule by whose rule
 * @param metric what is measured
 * @param filter what became of answers before they were compared
 * @param higherIsBetter whether a better model has a higher score
 * @param value the score
 * @param standardError its standard error; empty where it is not known
 * @param pooled whether that is made of the standard errors of parts
 * @param questions how many it is made of
 * @param shots worked examples before each question
 * @param seed picks them, and the random numbers of samples
 * @param samples how many answers are sampled where several can count
 * @param promptVersion counts the changes to the prompts
 * @param dataDigest SHA-256 of the files that were read
 * @param modelDigest SHA-256 of the model's files; empty where it is not known
 */
public record SavedScore(
        String task,
        String of,
        String rule,
        String metric,
        String filter,
        boolean higherIsBetter,
        double value,
        OptionalDouble standardError,
        boolean pooled,
        int questions,
        int shots,
        long seed,
        int samples,
        int promptVersion,
        String dataDigest,
        String modelDigest) {

    static SavedScore of(EvaluationResult result, TaskResult task, Score score) {
        return new SavedScore(
                task.prepared().task().name(),
                score.of(),
                score.metric().rule().toString(),
                score.metric().name(),
                score.metric().filter(),
                score.metric().higherIsBetter(),
                score.estimate().value(),
                score.estimate().standardError(),
                score.pooled(),
                score.estimate().count(),
                task.prepared().shots().get(score.metric().rule()),
                result.settings().seed(),
                result.settings().samples(),
                task.prepared().task().promptVersion(),
                task.dataDigest(),
                result.model().sha256().orElse(""));
    }

    static SavedScore of(JsonNode json) {
        JsonNode error = json.path("stderr");
        return new SavedScore(
                json.path("task").asText(),
                json.path("of").asText(),
                json.path("rule").asText(),
                json.path("metric").asText(),
                json.path("filter").asText(),
                json.path("higher_is_better").asBoolean(),
                json.path("value").asDouble(),
                error.isNumber() ? OptionalDouble.of(error.asDouble()) : OptionalDouble.empty(),
                json.path("stderr_method").asText().equals("pooled"),
                json.path("n").asInt(),
                json.path("shots").asInt(),
                json.path("seed").asLong(),
                json.path("samples").asInt(),
                json.path("prompt_version").asInt(),
                json.path("data_sha256").asText(),
                json.path("model_sha256").asText());
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("task", task);
        json.put("of", of);
        json.put("rule", rule);
        json.put("metric", metric);
        json.put("filter", filter);
        json.put("higher_is_better", higherIsBetter);
        json.put("value", value);
        if (standardError.isPresent()) {
            json.put("stderr", standardError.getAsDouble());
            json.put("stderr_method", pooled ? "pooled" : "sample");
        } else {
            json.putNull("stderr");
            json.put("stderr_method", pooled ? "pooled" : null);
        }
        json.put("n", questions);
        json.put("shots", shots);
        json.put("seed", seed);
        json.put("samples", samples);
        json.put("prompt_version", promptVersion);
        json.put("data_sha256", dataDigest);
        json.put("model_sha256", modelDigest.isEmpty() ? null : modelDigest);
        return json;
    }

    /** Metric and filter: {@code acc,none}. */
    public String key() {
        return metric + "," + filter;
    }
}
