package org.llamadl4j.eval.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.eval.data.DataFolder;
import org.llamadl4j.eval.request.FakeModel;
import org.llamadl4j.eval.task.Fixtures;
import org.llamadl4j.eval.task.TaskSettings;
import org.llamadl4j.eval.task.Tasks;
import org.llamadl4j.model.error.UserError;

class ResultFileTest {

    private static final ModelIdentity MODEL = new ModelIdentity("run/model", Optional.of("ab".repeat(32)));

    @TempDir
    private static Path root;

    private static EvaluationResult result;
    private static Path written;
    private static JsonNode json;

    @BeforeAll
    static void evaluateEverything() throws IOException {
        DataFolder data = Fixtures.suite(root.resolve("data"));
        result = new Evaluation(data, TaskSettings.builder().build()).run(Tasks.all(), new FakeModel(7, true), MODEL);
        written = root.resolve("results");
        ResultFile.write(result, written);
        json = new JsonMapper().readTree(written.resolve("results.json").toFile());
    }

    @Test
    void scoresStandUnderTheHarnessesKeys() {
        JsonNode arc = json.at("/results/arc_easy");
        assertThat(arc.get("alias").asText()).isEqualTo("ARC easy");
        assertThat(arc.get("sample_len").asInt()).isEqualTo(3);
        assertThat(arc.properties())
                .extracting(Map.Entry::getKey)
                .contains("acc,none", "acc_stderr,none", "acc_norm,none", "acc_norm_stderr,none", "acc,paper");
        assertThat(json.at("/results/gsm8k").has("exact_match,flexible-extract"))
                .isTrue();
        assertThat(json.at("/higher_is_better/crows_pairs/pct_stereotype").asBoolean())
                .isFalse();
        assertThat(json.at("/n-shot/gsm8k").asInt()).isEqualTo(5);
        assertThat(json.at("/n-shot/mmlu").asInt()).isEqualTo(5);
        assertThat(json.at("/versions/boolq").asInt()).isEqualTo(1);
        assertThat(json.at("/n-samples/mbpp/original").asInt()).isEqualTo(3);
        assertThat(json.at("/n-samples/mbpp/in_files").asInt()).isEqualTo(8);
        assertThat(json.at("/config/model").asText()).isEqualTo("run/model");
        assertThat(json.at("/config/model_sha").asText()).isEqualTo("ab".repeat(32));
    }

    @Test
    void groupsHaveTheirParts() {
        JsonNode groups = json.get("groups");
        assertThat(groups.properties())
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrder(
                        "math", "mmlu", "mmlu_stem", "mmlu_other", "mmlu_social_sciences", "mmlu_humanities");
        assertThat(json.at("/group_subtasks/mmlu")).hasSize(4);
        assertThat(json.at("/group_subtasks/mmlu_stem")).hasSize(19);
        double sum = 0;
        for (JsonNode subject : json.at("/group_subtasks/mmlu_stem")) {
            sum += json.get("results").get(subject.asText()).get("acc,none").asDouble();
        }
        assertThat(groups.at("/mmlu_stem/acc,none").asDouble()).isCloseTo(sum / 19, within(1e-12));
        assertThat(json.at("/results/mmlu_virology/sample_len").asInt()).isEqualTo(1);
        assertThat(json.at("/results/winogender_female/sample_len").asInt()).isEqualTo(1);
        assertThat(json.at("/results/winogender/sample_len").asInt()).isEqualTo(3);
    }

    @Test
    void everyScoreNamesAllThatMadeIt() {
        assertThat(json.get("scores")).isNotEmpty().allSatisfy(score -> {
            assertThat(score.get("rule").asText()).isIn("paper", "harness");
            assertThat(score.get("prompt_version").asInt()).isEqualTo(1);
            assertThat(score.get("seed").asLong()).isEqualTo(1234);
            assertThat(score.get("data_sha256").asText()).matches("[0-9a-f]{64}");
            assertThat(score.get("model_sha256").asText()).isEqualTo("ab".repeat(32));
            assertThat(score.get("shots").isInt()).isTrue();
        });
        assertThat(json.at("/configs/gsm8k/num_fewshot/paper").asInt()).isEqualTo(8);
        assertThat(json.at("/configs/gsm8k/files").properties())
                .extracting(Map.Entry::getKey)
                .containsExactly("gsm8k-test.jsonl", "gsm8k-train.jsonl");
    }

    @Test
    void whatNobodyCanScoreSaysWhy() {
        assertThat(json.at("/configs/humaneval/not_scored/paper").asText()).contains("not run");
        assertThat(json.at("/configs/realtoxicityprompts/not_scored/harness").asText())
                .contains("toxicity");
        assertThat(json.at("/configs/truthfulqa_gen/not_scored/paper").asText()).contains("judge");
        assertThat(json.at("/results/humaneval/sample_len").asInt()).isEqualTo(3);
    }

    @Test
    void everyAnswerIsALine() throws IOException {
        List<String> lines = Files.readAllLines(written.resolve("samples_boolq.jsonl"));
        assertThat(lines).hasSize(3);
        JsonNode sample = new JsonMapper().readTree(lines.get(0));
        assertThat(sample.get("doc_id").asInt()).isZero();
        assertThat(sample.at("/doc/label").asBoolean()).isTrue();
        assertThat(sample.get("target").asText()).isEqualTo("yes");
        assertThat(sample.at("/arguments/gen_args_1/arg_0").asText()).endsWith("on a mountain?\nAnswer:");
        assertThat(sample.at("/arguments/gen_args_1/arg_1").asText()).isEqualTo(" yes");
        assertThat(sample.at("/arguments/gen_args_1/rules")).hasSize(2);
        assertThat(sample.at("/arguments/gen_args_3/rules")).hasSize(1);
        assertThat(sample.get("resps")).hasSize(4);
        double no = sample.at("/resps/0/log_likelihood").asDouble();
        double yes = sample.at("/resps/1/log_likelihood").asDouble();
        assertThat(sample.at("/scores/acc,none").asDouble()).isEqualTo(yes > no ? 1 : 0);
        assertThat(sample.at("/extracted/acc,none/0").asText()).isEqualTo(yes > no ? "yes" : "no");
        assertThat(sample.get("doc_hash").asText()).matches("[0-9a-f]{64}");

        JsonNode generated = new JsonMapper()
                .readTree(Files.readAllLines(written.resolve("samples_gsm8k.jsonl"))
                        .get(0));
        assertThat(generated.at("/arguments/gen_args_0/arg_1/until/0").asText()).isEqualTo("Question:");
        assertThat(generated.at("/arguments/gen_args_0/arg_1/max_gen_toks").asInt())
                .isEqualTo(256);
        assertThat(generated.at("/resps/0/text").asText()).isNotEmpty();
        assertThat(generated.at("/extracted/exact_match,paper/0").asText()).isNotEmpty();
    }

    @Test
    void isReadAsItWasWritten() {
        SavedResult read = ResultFile.read(written);
        assertThat(read.model()).isEqualTo("run/model");
        List<SavedScore> expected = result.tasks().stream()
                .flatMap(task -> task.scores().stream().map(score -> SavedScore.of(result, task, score)))
                .toList();
        assertThat(read.scores()).isEqualTo(expected);
        assertThat(ResultFile.read(written.resolve("results.json"))).isEqualTo(read);
    }

    @Test
    void theSameRunGivesTheSameFile() throws IOException {
        DataFolder data = DataFolder.of(root.resolve("data"));
        EvaluationResult again =
                new Evaluation(data, TaskSettings.builder().build()).run(Tasks.all(), new FakeModel(7, true), MODEL);
        List<String> times = List.of("date", "total_evaluation_time_seconds");
        ObjectNode first = ResultFile.json(result).without(times);
        ObjectNode second = ResultFile.json(again).without(times);
        assertThat(second).isEqualTo(first);
    }

    @Test
    void whatIsNoResultIsNamed() throws IOException {
        assertThatThrownBy(() -> ResultFile.read(root.resolve("none")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("there is no " + root.resolve("none"));
        Path cut = Files.writeString(root.resolve("cut.json"), "{\n\"scores\": [\n{\"task\"");
        assertThatThrownBy(() -> ResultFile.read(cut))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("cut.json, line 3");
        Path other = Files.writeString(root.resolve("other.json"), "{}");
        assertThatThrownBy(() -> ResultFile.read(other))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("has no `scores`");
    }
}
