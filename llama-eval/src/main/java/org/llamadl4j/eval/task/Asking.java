package org.llamadl4j.eval.task;

import java.util.Optional;
import java.util.Set;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.metric.Rule;

/** How a row of a file becomes a question: {@link MultipleChoice}, {@link FreeText} or {@link WholeText}. */
public interface Asking {

    /** The rules it knows. */
    Set<Rule> rules();

    /** The right answer to {@code row}, for people. */
    String target(Row row);

    /** {@code row} as a worked example, question and right answer. */
    String example(Row row, Rule rule);

    /**
     * What is asked about {@code row}.
     *
     * @param before what stands before the question: worked examples
     */
    Asked ask(Row row, Rule rule, String before, TaskSettings settings);

    /** Why {@code rule} gives no score with {@code settings}, where that is so. */
    default Optional<String> notScored(Rule rule, TaskSettings settings) {
        return Optional.empty();
    }
}
