package org.llamadl4j.eval.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.data.RowFormat;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.eval.metric.ExactMatch;
import org.llamadl4j.eval.metric.Rule;

/** TriviaQA (Joshi et al., 2017): questions of quizzes, in the file of the MosaicML evaluation suite. */
@UtilityClass
public class TriviaQa {

    private static final String FORM =
            "{\"context\": \"Question: ...\\nAnswer:\", \"answer\": \"...\", \"aliases\": [texts]}";
    private static final Pattern CONTEXT = Pattern.compile("Question: (.+)\nAnswer:", Pattern.DOTALL);
    private static final ExactMatch MATCH = ExactMatch.ignoringPunctuation();

    /** The task. */
    public Task task() {
        return RowTask.builder()
                .name("triviaqa")
                .title("TriviaQA")
                .questions(RowSource.file(RowFormat.JSON_LINES, FORM, "triviaqa.jsonl", "triviaqa_sm_sub.jsonl"))
                .examples(Shots.builder()
                        .pool(Optional.of(RowSource.file(RowFormat.JSON_LINES, FORM, "triviaqa_train.jsonl")))
                        .introduction((row, rule) -> ClosedBookQuestions.introduction(rule, ""))
                        .separator(rule -> rule == Rule.PAPER ? "\n" : "\n\n")
                        .build())
                .asking(FreeText.of(TriviaQa::question)
                        .scored(Rule.PAPER, settings -> List.of(ClosedBookQuestions.paper()))
                        .scored(Rule.HARNESS, settings -> List.of(ClosedBookQuestions.harness(MATCH))))
                .build();
    }

    private TextQuestion question(Row row, Rule rule) {
        String question = row.match("context", CONTEXT, "`Question: ...`, a line break and `Answer:`")
                .group(1);
        String answer = row.someText("answer");
        List<String> aliases = row.texts("aliases");
        if (rule == Rule.HARNESS) {
            // The harness adds a question mark even to a question that has one.
            return new TextQuestion("Question: " + question + "?\nAnswer:", " " + aliases.get(0), aliases);
        }
        List<String> references = new ArrayList<>(List.of(answer));
        aliases.stream().filter(alias -> !alias.equals(answer)).forEach(references::add);
        return ClosedBookQuestions.paperQuestion(question, answer, references);
    }
}
