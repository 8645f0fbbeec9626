package org.llamadl4j.eval.task;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.llamadl4j.eval.metric.Rule;
import org.llamadl4j.eval.request.Request;
import org.llamadl4j.eval.request.Response;

/**
 * One question of a task.
 *
 * @param id its place among the questions of the task, from 0
 * @param source what the file says
 * @param target the right answer, for people
 * @param groups parts of the task that it belongs to, the smallest first
 * @param asked what is asked under each rule
 */
public record Question(int id, ObjectNode source, String target, List<String> groups, Map<Rule, Asked> asked) {

    public Question {
        groups = List.copyOf(groups);
        asked = Map.copyOf(asked);
    }

    /** What is asked under all rules together, each request once. */
    public List<Request> requests() {
        LinkedHashSet<Request> requests = new LinkedHashSet<>();
        for (Rule rule : Rule.values()) {
            if (asked.containsKey(rule)) {
                requests.addAll(asked.get(rule).requests());
            }
        }
        return List.copyOf(requests);
    }

    /** What {@code responses}, one for each of {@link #requests}, are worth. */
    public Map<Rule, Scored> score(List<Response> responses) {
        List<Request> requests = requests();
        Map<Request, Response> answers = new LinkedHashMap<>();
        for (int i = 0; i < requests.size(); i++) {
            answers.put(requests.get(i), responses.get(i));
        }
        Map<Rule, Scored> scores = new LinkedHashMap<>();
        for (Rule rule : Rule.values()) {
            if (asked.containsKey(rule)) {
                Asked one = asked.get(rule);
                List<Response> own = new ArrayList<>();
                one.requests().forEach(request -> own.add(answers.get(request)));
                scores.put(rule, one.scoring().score(own));
            }
        }
        return scores;
    }
}
