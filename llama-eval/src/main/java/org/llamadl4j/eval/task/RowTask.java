package org.llamadl4j.eval.task;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import lombok.AccessLevel;
import lombok.Builder;
import lombok.Getter;
import lombok.NonNull;
import lombok.experimental.Accessors;
import org.llamadl4j.eval.data.DataFile;
import org.llamadl4j.eval.data.DataFolder;
import org.llamadl4j.eval.data.FoundRows;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.eval.metric.Rule;
import org.llamadl4j.eval.request.Request;
import org.llamadl4j.model.error.UserError;

/** A task that asks one question for each row of its files. */
@Builder
@Getter(AccessLevel.PUBLIC)
@Accessors(fluent = true)
public final class RowTask implements Task {

    @NonNull
    private final String name;

    @NonNull
    private final String title;

    @Builder.Default
    private final int promptVersion = 1;

    /** Where the questions are. */
    @NonNull
    @Getter(AccessLevel.NONE)
    private final RowSource questions;

    /** Which rows it asks; all unless said otherwise. */
    @Builder.Default
    @Getter(AccessLevel.NONE)
    private final Predicate<Row> selected = row -> true;

    /** Parts of the task that a row belongs to, the smallest first; none unless said otherwise. */
    @Builder.Default
    @Getter(AccessLevel.NONE)
    private final Function<Row, List<String>> groups = row -> List.of();

    /** Whether the task is a group of its parts: see {@link PreparedTask#pooled}. */
    @Getter(AccessLevel.NONE)
    private final boolean pooled;

    @Builder.Default
    @Getter(AccessLevel.NONE)
    private final Shots examples = Shots.builder().build();

    @NonNull
    @Getter(AccessLevel.NONE)
    private final Asking asking;

    @Override
    public Set<Rule> rules() {
        return asking.rules();
    }

    @Override
    public Map<Rule, Integer> shots() {
        return examples.counts();
    }

    @Override
    public String files() {
        return questions.described();
    }

    @Override
    public boolean isIn(DataFolder data) {
        return questions.find(data).isPresent();
    }

    @Override
    public PreparedTask prepare(DataFolder data, TaskSettings settings) {
        FoundRows found = questions.require(data, title);
        List<Row> all = found.read();
        List<Row> rows = all.stream().filter(selected).toList();
        if (rows.isEmpty()) {
            throw UserError.failed(
                    "%s: none of its %d questions belongs to %s",
                    found.files().get(0).location(), all.size(), title);
        }
        Set<DataFile> files = new LinkedHashSet<>(found.files());
        Map<Rule, Integer> shots = new EnumMap<>(Rule.class);
        rules().stream()
                .filter(settings.rules()::contains)
                .forEach(rule -> shots.put(rule, examples.count(rule, settings)));
        boolean anyShots = shots.values().stream().anyMatch(count -> count > 0);
        List<Row> pool = anyShots ? pool(data, rows, files) : List.of();
        Map<Rule, ExamplePrompt> prompts = new EnumMap<>(Rule.class);
        Map<Rule, String> notScored = new EnumMap<>(Rule.class);
        shots.forEach((rule, count) -> {
            List<Row> used = count > 0 ? pool : List.of();
            prompts.put(rule, new ExamplePrompt(title, examples, asking, rule, count, used, settings.seed()));
            asking.notScored(rule, settings).ifPresent(why -> notScored.put(rule, why));
        });
        List<Question> asked = new ArrayList<>();
        Map<String, Integer> askedOfPart = new HashMap<>();
        for (Row row : rows) {
            // Beyond the limit too, so that a file is found wrong whatever the limit is.
            Question question = question(asked.size(), row, prompts, settings);
            String part = pooled ? question.groups().get(0) : "";
            if (askedOfPart.merge(part, 1, Integer::sum) <= settings.limit().orElse(Integer.MAX_VALUE)) {
                asked.add(question);
            }
        }
        return new PreparedTask(this, List.copyOf(files), all.size(), rows.size(), shots, pooled, notScored, asked);
    }

    private Question question(int id, Row row, Map<Rule, ExamplePrompt> prompts, TaskSettings settings) {
        Map<Rule, Asked> asked = new EnumMap<>(Rule.class);
        Map<Request, Request> same = new HashMap<>();
        prompts.forEach((rule, prompt) -> {
            Asked one = asking.ask(row, rule, prompt.before(row), settings);
            // Prompts are long, and mostly the same under both rules: one of each is kept.
            List<Request> shared = one.requests().stream()
                    .map(request -> same.computeIfAbsent(request, first -> first))
                    .toList();
            asked.put(rule, new Asked(shared, one.scoring()));
        });
        return new Question(id, row.fields(), asking.target(row), groups.apply(row), asked);
    }

    /** The rows that examples are taken from, whose files are added to {@code files}. */
    private List<Row> pool(DataFolder data, List<Row> rows, Set<DataFile> files) {
        Optional<FoundRows> found = examples.pool().flatMap(source -> source.find(data));
        if (found.isEmpty()) {
            return rows;
        }
        files.addAll(found.get().files());
        return found.get().read().stream().filter(examples.usable()).toList();
    }
}
