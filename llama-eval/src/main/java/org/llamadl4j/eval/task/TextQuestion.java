package org.llamadl4j.eval.task;

import java.util.List;

/**
 * A question that is answered by a text.
 *
 * @param prompt what the model continues
 * @param workedAnswer how a worked example goes on after the prompt, with the space before it
 * @param references right answers, as they are compared
 */
public record TextQuestion(String prompt, String workedAnswer, List<String> references) {

    public TextQuestion {
        references = List.copyOf(references);
    }

    /** The first right answer, nothing if there is none. */
    String target() {
        return references.isEmpty() ? "" : references.get(0);
    }
}
