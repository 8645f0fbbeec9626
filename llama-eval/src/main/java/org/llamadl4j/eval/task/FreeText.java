package org.llamadl4j.eval.task;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.metric.Rule;
import org.llamadl4j.eval.request.GeneratedText;
import org.llamadl4j.eval.request.Request;
import org.llamadl4j.eval.request.Response;

/** Has a question answered by texts. */
public final class FreeText implements Asking {

    private final BiFunction<Row, Rule, TextQuestion> question;
    private final Map<Rule, Function<TaskSettings, List<TextScoring>>> scorings;

    private FreeText(
            BiFunction<Row, Rule, TextQuestion> question,
            Map<Rule, Function<TaskSettings, List<TextScoring>>> scorings) {
        this.question = question;
        this.scorings = scorings;
    }

    /** Asks {@code question}, how a row reads under a rule; {@link #scored} says how it is scored. */
    public static FreeText of(BiFunction<Row, Rule, TextQuestion> question) {
        return new FreeText(question, Map.of());
    }

    /** The same, which {@code rule} has answered and scored by {@code ways}. */
    public FreeText scored(Rule rule, Function<TaskSettings, List<TextScoring>> ways) {
        Map<Rule, Function<TaskSettings, List<TextScoring>>> more = new EnumMap<>(Rule.class);
        more.putAll(scorings);
        more.put(rule, ways);
        return new FreeText(question, more);
    }

    @Override
    public Set<Rule> rules() {
        return scorings.keySet();
    }

    @Override
    public String target(Row row) {
        return question.apply(row, rules().iterator().next()).target();
    }

    @Override
    public String example(Row row, Rule rule) {
        TextQuestion example = question.apply(row, rule);
        return example.prompt() + example.workedAnswer();
    }

    @Override
    public Asked ask(Row row, Rule rule, String before, TaskSettings settings) {
        TextQuestion asked = question.apply(row, rule);
        String context = before + asked.prompt();
        List<TextScoring> ways = scorings.get(rule).apply(settings);
        List<Request> requests = new ArrayList<>();
        ways.forEach(way -> requests.addAll(way.draw().requests(context, settings.seed())));
        return new Asked(requests, responses -> score(row, asked, ways, responses));
    }

    @Override
    public Optional<String> notScored(Rule rule, TaskSettings settings) {
        return scorings.get(rule).apply(settings).stream()
                .flatMap(way -> way.notScored().stream())
                .findFirst();
    }

    private static Scored score(Row row, TextQuestion asked, List<TextScoring> ways, List<Response> responses) {
        List<String> texts = responses.stream()
                .map(response -> ((GeneratedText) response).text())
                .toList();
        List<Scored> parts = new ArrayList<>();
        int next = 0;
        for (TextScoring way : ways) {
            int count = way.draw().count();
            parts.add(way.scorer().score(row, asked, texts.subList(next, next + count)));
            next += count;
        }
        return Scored.all(parts);
    }
}
