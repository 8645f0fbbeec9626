package org.llamadl4j.eval.result;

import java.util.List;
import java.util.Map;
import org.llamadl4j.eval.metric.Rule;
import org.llamadl4j.eval.request.Response;
import org.llamadl4j.eval.task.Question;
import org.llamadl4j.eval.task.Scored;

/**
 * One question with its answers.
 *
 * @param question the question
 * @param responses one for each of its requests
 * @param scored what they are worth under each rule
 */
public record Sample(Question question, List<Response> responses, Map<Rule, Scored> scored) {

    public Sample {
        responses = List.copyOf(responses);
    }
}
