package org.llamadl4j.eval.task;

import java.util.List;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.data.Row;

/** Files of ARC and OpenBookQA: those of their authors, which are alike, and those of the MosaicML evaluation suite. */
@UtilityClass
class ScienceQuestions {

    /** What rows of either look like. */
    final String FORM = "{\"query\": \"...\", \"choices\": [texts], \"gold\": 0}, or {\"question\": {\"stem\": \"...\","
            + " \"choices\": [{\"text\": \"...\", \"label\": \"A\"}, ...]}, \"answerKey\": \"A\"}";

    /**
     * The question of {@code row}.
     *
     * @param introduction how the suite's file introduces each question, which the authors' does not
     * @param end what follows the question
     */
    ChoiceQuestion question(Row row, String introduction, String end) {
        if (row.has("query")) {
            List<String> choices = row.texts("choices");
            String query = row.someText("query");
            if (!query.startsWith(introduction)) {
                throw row.wrong("field `query` does not begin with `%s`", introduction);
            }
            return ChoiceQuestion.of(query + end, choices, row.index("gold", choices.size()));
        }
        Row question = row.inner("question");
        List<Row> choices = question.inners("choices");
        List<String> labels =
                choices.stream().map(choice -> choice.someText("label")).toList();
        List<String> texts =
                choices.stream().map(choice -> choice.someText("text")).toList();
        return ChoiceQuestion.of(introduction + question.someText("stem") + end, texts, row.label("answerKey", labels));
    }
}
