package org.llamadl4j.eval.task;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.data.RowFormat;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.eval.metric.Metric;

/** SIQA (Sap et al., 2019): what people feel, want or do, one of three. */
@UtilityClass
public class Siqa {

    private static final String INSTRUCTION_FORM =
            "{\"instruction\": \"Please choose the correct answer to the question:"
                    + " CONTEXT QUESTION\\n\\nAnswer1: ... Answer2: ... Answer3: ...\\n\\nAnswer format: answer1/answer2/answer3\","
                    + " \"answer\": \"answer1\"}";
    private static final String FORM =
            "{\"context\": \"...\", \"question\": \"...\", \"answerA\": \"...\", \"answerB\": \"...\", \"answerC\": \"...\"}";
    private static final List<String> LABELS = List.of("1", "2", "3");
    private static final List<String> ANSWERS = List.of("answer1", "answer2", "answer3");

    private static final Pattern INSTRUCTION = Pattern.compile(
            "Please choose the correct answer to the question: (.+)\n\n"
                    + "Answer1: (.+?) Answer2: (.+?) Answer3: (.+?)\n\nAnswer format: answer1/answer2/answer3",
            Pattern.DOTALL);

    /** The task. */
    public Task task() {
        return RowTask.builder()
                .name("siqa")
                .title("SIQA")
                .questions(RowSource.firstOf(
                        RowSource.labelled(
                                RowFormat.JSON_LINES,
                                FORM,
                                LABELS,
                                "siqa-dev.jsonl",
                                "siqa-dev-labels.lst",
                                "socialiqa-train-dev/dev.jsonl",
                                "socialiqa-train-dev/dev-labels.lst"),
                        RowSource.file(RowFormat.JSON_ARRAY, INSTRUCTION_FORM, "siqa-llm-adapters.json")))
                .examples(Shots.zero(RowSource.labelled(
                        RowFormat.JSON_LINES,
                        FORM,
                        LABELS,
                        "siqa-train.jsonl",
                        "siqa-train-labels.lst",
                        "socialiqa-train-dev/train.jsonl",
                        "socialiqa-train-dev/train-labels.lst")))
                .asking(MultipleChoice.of(
                                (row, rule) -> row.has("instruction") ? fromInstruction(row) : fromFields(row))
                        .scored(Metric.paper("acc"), ChoiceScoring.PER_CHARACTER)
                        .scored(Metric.harness("acc"), ChoiceScoring.LIKELIEST))
                .build();
    }

    /** The authors' file. */
    private ChoiceQuestion fromFields(Row row) {
        return question(
                row.someText("context") + " " + row.someText("question"),
                List.of(row.someText("answerA"), row.someText("answerB"), row.someText("answerC")),
                row.label("label", LABELS));
    }

    /** The file of the LLM-Adapters suite, which has all in one instruction. */
    private ChoiceQuestion fromInstruction(Row row) {
        Matcher parts = row.match("instruction", INSTRUCTION, "an instruction with three answers");
        return question(
                parts.group(1), List.of(parts.group(2), parts.group(3), parts.group(4)), row.label("answer", ANSWERS));
    }

    private ChoiceQuestion question(String contextAndQuestion, List<String> answers, int right) {
        return ChoiceQuestion.of("Q: " + contextAndQuestion + "\nA:", answers, right);
    }
}
