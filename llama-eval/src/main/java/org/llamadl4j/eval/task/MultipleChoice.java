package org.llamadl4j.eval.task;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiFunction;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.metric.Measurement;
import org.llamadl4j.eval.metric.Metric;
import org.llamadl4j.eval.metric.Rule;
import org.llamadl4j.eval.request.Likelihood;
import org.llamadl4j.eval.request.LogLikelihood;
import org.llamadl4j.eval.request.Request;
import org.llamadl4j.eval.request.Response;

/** Asks how likely each of several answers is. */
public final class MultipleChoice implements Asking {

    private final BiFunction<Row, Rule, ChoiceQuestion> question;
    private final Map<Metric, ChoiceScoring> scores;

    private MultipleChoice(BiFunction<Row, Rule, ChoiceQuestion> question, Map<Metric, ChoiceScoring> scores) {
        this.question = question;
        this.scores = scores;
    }

    /** Asks {@code question}, how a row reads under a rule; {@link #scored} says how it is scored. */
    public static MultipleChoice of(BiFunction<Row, Rule, ChoiceQuestion> question) {
        return new MultipleChoice(question, Map.of());
    }

    /** The same, scored by {@code scoring} as {@code metric} too, under the rule of that metric. */
    public MultipleChoice scored(Metric metric, ChoiceScoring scoring) {
        Map<Metric, ChoiceScoring> more = new LinkedHashMap<>(scores);
        more.put(metric, scoring);
        return new MultipleChoice(question, more);
    }

    @Override
    public Set<Rule> rules() {
        Set<Rule> rules = EnumSet.noneOf(Rule.class);
        scores.keySet().forEach(metric -> rules.add(metric.rule()));
        return rules;
    }

    @Override
    public String target(Row row) {
        return question.apply(row, rules().iterator().next()).answer().shown();
    }

    @Override
    public String example(Row row, Rule rule) {
        ChoiceQuestion.Choice right = question.apply(row, rule).answer();
        return right.context() + right.continuation();
    }

    @Override
    public Asked ask(Row row, Rule rule, String before, TaskSettings settings) {
        ChoiceQuestion asked = question.apply(row, rule);
        List<Request> requests = new ArrayList<>();
        Map<String, String> contexts = new HashMap<>(); // long, and mostly the same for all answers
        for (ChoiceQuestion.Choice choice : asked.choices()) {
            String context = contexts.computeIfAbsent(choice.context(), before::concat);
            requests.add(new LogLikelihood(context, choice.continuation()));
        }
        scores.forEach((metric, scoring) -> {
            if (metric.rule() == rule) {
                requests.addAll(scoring.unconditional(asked));
            }
        });
        return new Asked(requests, responses -> score(asked, rule, responses));
    }

    private Scored score(ChoiceQuestion asked, Rule rule, List<Response> responses) {
        List<Likelihood> likelihoods =
                responses.stream().map(Likelihood.class::cast).toList();
        int count = asked.choices().size();
        List<Scored> parts = new ArrayList<>();
        int next = count;
        for (Map.Entry<Metric, ChoiceScoring> entry : scores.entrySet()) {
            Metric metric = entry.getKey();
            ChoiceScoring scoring = entry.getValue();
            if (metric.rule() == rule) {
                int extra = scoring.unconditional(asked).size();
                ChoiceScoring.Answers answers = new ChoiceScoring.Answers(
                        likelihoods.subList(0, count), likelihoods.subList(next, next + extra));
                next += extra;
                OptionalInt chosen = scoring.chosen(asked, answers);
                String answer = chosen.isPresent()
                        ? asked.choices().get(chosen.getAsInt()).shown()
                        : "";
                parts.add(Scored.of(metric, Measurement.of(scoring.score(asked, answers)), answer));
            }
        }
        return Scored.all(parts);
    }
}
