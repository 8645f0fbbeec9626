package org.llamadl4j.eval.result;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.metric.Rule;
import org.llamadl4j.eval.task.PreparedTask;
import org.llamadl4j.eval.task.TaskSettings;
import org.llamadl4j.model.ProjectVersion;
import org.llamadl4j.model.error.UserError;

/**
 * {@code results.json}: fields that the harness has are called as it calls them, and scores by the paper's rule have the
 * filter {@code paper}. Beyond that {@code scores} lists every score with all that made it: rule, prompt version, worked
 * examples, seed, and the digests of data and model.
 */
@UtilityClass
public class ResultFile {

    /** Its name. */
    public final String NAME = "results.json";

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final JsonMapper LINE = JsonMapper.builder().build();

    /** The file with every answer to {@code task}, beside {@link #NAME}. */
    public String samplesName(String task) {
        return "samples_" + task + ".jsonl";
    }

    /** Writes {@link #NAME} and a file of samples for each task into {@code folder}, which is made if it is not there. */
    public void write(EvaluationResult result, Path folder) {
        try {
            Files.createDirectories(folder);
            for (TaskResult task : result.tasks()) {
                String name = samplesName(task.prepared().task().name());
                try (BufferedWriter out = Files.newBufferedWriter(folder.resolve(name))) {
                    for (Sample sample : task.samples()) {
                        out.write(LINE.writeValueAsString(SampleLine.of(sample)));
                        out.write('\n');
                    }
                }
            }
            // Last, so that where it is, all is there.
            Files.writeString(folder.resolve(NAME), JSON.writeValueAsString(json(result)) + "\n");
        } catch (IOException e) {
            throw UserError.failed(e, "the results cannot be written to %s: %s", folder, e.getMessage());
        }
    }

    /** The scores in {@code file}, as {@link #write} wrote them; {@code file} may be their folder too. */
    public SavedResult read(Path file) {
        Path json = Files.isDirectory(file) ? file.resolve(NAME) : file;
        if (!Files.isRegularFile(json)) {
            throw UserError.usage("there is no %s with results", json);
        }
        try {
            JsonNode tree = JSON.readTree(Files.readString(json));
            List<SavedScore> scores = new ArrayList<>();
            for (JsonNode score : tree.path("scores")) {
                scores.add(SavedScore.of(score));
            }
            if (scores.isEmpty()) {
                throw UserError.failed(
                        "%s has no `scores`; it is no result of this program, or of a task without scores", json);
            }
            return new SavedResult(json, tree.path("config").path("model").asText(), scores);
        } catch (JsonProcessingException e) {
            throw UserError.failed(
                    "%s, line %d: not JSON (%s); the file was cut short, or is another one",
                    json,
                    e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
                    e.getOriginalMessage().lines().findFirst().orElse(""));
        } catch (IOException e) {
            throw UserError.failed(e, "%s cannot be read: %s", json, e.getMessage());
        }
    }

    ObjectNode json(EvaluationResult result) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ObjectNode results = json.putObject("results");
        ObjectNode groups = json.putObject("groups");
        ObjectNode subtasks = json.putObject("group_subtasks");
        ObjectNode configs = json.putObject("configs");
        ObjectNode versions = json.putObject("versions");
        ObjectNode shots = json.putObject("n-shot");
        ObjectNode higher = json.putObject("higher_is_better");
        ObjectNode samples = json.putObject("n-samples");
        for (TaskResult task : result.tasks()) {
            String name = task.prepared().task().name();
            results.setAll(metrics(task, false));
            groups.setAll(metrics(task, true));
            parts(task, subtasks);
            configs.set(name, config(task));
            versions.put(name, task.prepared().task().promptVersion());
            Map<Rule, Integer> counts = task.prepared().shots();
            shots.put(name, counts.getOrDefault(Rule.HARNESS, counts.getOrDefault(Rule.PAPER, 0)));
            ObjectNode better = higher.putObject(name);
            task.scores()
                    .forEach(score ->
                            better.put(score.metric().name(), score.metric().higherIsBetter()));
            samples.putObject(name)
                    .put("original", task.prepared().questionsOfTask())
                    .put("effective", task.samples().size())
                    .put("in_files", task.prepared().rowsInFiles());
        }
        json.set("config", run(result));
        json.put("date", result.started().getEpochSecond());
        json.put("llamadl4j_version", ProjectVersion.number());
        json.put(
                "total_evaluation_time_seconds", String.valueOf(result.elapsed().toMillis() / 1000.0));
        json.set("scores", JsonNodeFactory.instance.arrayNode().addAll(scores(result)));
        return json;
    }

    /** The scores of the task's groups, the task itself among them if it is one; or of all else. */
    private ObjectNode metrics(TaskResult task, boolean ofGroups) {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        String name = task.prepared().task().name();
        if (!task.prepared().pooled() && !ofGroups) {
            all.putObject(name)
                    .put("alias", task.prepared().task().title())
                    .put("sample_len", task.samples().size());
        }
        for (Score score : task.scores()) {
            if (score.pooled() == ofGroups) {
                ObjectNode one = all.withObjectProperty(score.of());
                one.put("sample_len", score.estimate().count());
                one.put(score.metric().key(), score.estimate().value());
                OptionalDouble error = score.estimate().standardError();
                if (error.isPresent()) {
                    one.put(score.metric().standardErrorKey(), error.getAsDouble());
                } else {
                    one.put(score.metric().standardErrorKey(), "N/A");
                }
            }
        }
        return all;
    }

    private void parts(TaskResult task, ObjectNode subtasks) {
        if (task.prepared().pooled()) {
            Map<String, List<String>> members = new TreeMap<>();
            for (Sample sample : task.samples()) {
                List<String> groups = new ArrayList<>(sample.question().groups());
                groups.add(task.prepared().task().name());
                for (int i = 1; i < groups.size(); i++) {
                    List<String> known = members.computeIfAbsent(groups.get(i), group -> new ArrayList<>());
                    if (!known.contains(groups.get(i - 1))) {
                        known.add(groups.get(i - 1));
                    }
                }
            }
            members.forEach((group, names) -> names.forEach(subtasks.withArrayProperty(group)::add));
        }
    }

    private ObjectNode config(TaskResult task) {
        PreparedTask prepared = task.prepared();
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.put("task", prepared.task().name());
        config.put("prompt_version", prepared.task().promptVersion());
        ObjectNode shots = config.putObject("num_fewshot");
        new TreeMap<>(prepared.shots()).forEach((rule, count) -> shots.put(rule.toString(), count));
        ObjectNode files = config.putObject("files");
        task.files().forEach(files::put);
        config.put("data_sha256", task.dataDigest());
        if (!prepared.notScored().isEmpty()) {
            ObjectNode why = config.putObject("not_scored");
            new TreeMap<>(prepared.notScored()).forEach((rule, reason) -> why.put(rule.toString(), reason));
        }
        return config;
    }

    private ObjectNode run(EvaluationResult result) {
        TaskSettings settings = result.settings();
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.put("model", result.model().name());
        config.put("model_sha", result.model().sha256().orElse(null));
        if (settings.limit().isPresent()) {
            config.put("limit", settings.limit().getAsInt());
        } else {
            config.putNull("limit");
        }
        config.put("fewshot_seed", settings.seed());
        config.put("samples", settings.samples());
        return config;
    }

    private List<ObjectNode> scores(EvaluationResult result) {
        List<ObjectNode> scores = new ArrayList<>();
        for (TaskResult task : result.tasks()) {
            for (Score score : task.scores()) {
                scores.add(SavedScore.of(result, task, score).json());
            }
        }
        return scores;
    }
}
