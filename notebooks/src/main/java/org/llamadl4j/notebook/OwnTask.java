package org.llamadl4j.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.llamadl4j.eval.data.DataFolder;
import org.llamadl4j.eval.metric.Metric;
import org.llamadl4j.eval.metric.Rule;
import org.llamadl4j.eval.task.ChoiceQuestion;
import org.llamadl4j.eval.task.ChoiceScoring;
import org.llamadl4j.eval.task.MultipleChoice;
import org.llamadl4j.eval.task.PreparedTask;
import org.llamadl4j.eval.task.RowTask;
import org.llamadl4j.eval.task.Task;
import org.llamadl4j.eval.task.TaskSettings;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.notebook.display.Display;
import org.llamadl4j.notebook.display.Table;

/**
 * A benchmark of questions that are written down in a program: each has answers to choose from. It is scored as the
 * paper's are, by both rules.
 *
 * @param name small letters, digits and underscores
 * @param questions in order
 */
public record OwnTask(String name, List<Item> questions) implements Task, Display {

    private static final int SHOWN = 5;

    /**
     * A question.
     *
     * @param prompt what stands before the answer, which a space parts from it
     * @param answers to choose from
     * @param right one of them
     */
    public record Item(String prompt, List<String> answers, String right) {

        public Item {
            answers = List.copyOf(answers);
        }
    }

    public OwnTask {
        questions = List.copyOf(questions);
        if (!name.matches("[a-z0-9_]+")) {
            throw UserError.usage("a task cannot be called '%s': small letters, digits and underscores", name);
        }
    }

    /**
     * This task with one more question.
     *
     * @throws UserError if {@code right} is not among {@code answers}
     */
    public OwnTask ask(String prompt, List<String> answers, String right) {
        if (!answers.contains(right)) {
            throw UserError.usage("the right answer '%s' is not among the answers %s", right, answers);
        }
        List<Item> more = new ArrayList<>(questions);
        more.add(new Item(prompt, answers, right));
        return new OwnTask(name, more);
    }

    private Task task() {
        if (questions.isEmpty()) {
            throw UserError.usage("the task '%s' has no questions; ask(...) adds one", name);
        }
        return RowTask.builder()
                .name(name)
                .title(name)
                .questions(new OwnQuestions(this))
                .asking(MultipleChoice.of((row, rule) -> ChoiceQuestion.of(
                                row.someText("prompt"), row.texts("answers"), row.label("right", row.texts("answers"))))
                        .scored(Metric.paper("acc"), ChoiceScoring.PER_CHARACTER)
                        .scored(Metric.harness("acc"), ChoiceScoring.LIKELIEST)
                        .scored(Metric.harness("acc_norm"), ChoiceScoring.PER_CHARACTER))
                .build();
    }

    @Override
    public String title() {
        return name;
    }

    @Override
    public int promptVersion() {
        return 1;
    }

    @Override
    public Set<Rule> rules() {
        return task().rules();
    }

    @Override
    public Map<Rule, Integer> shots() {
        return task().shots();
    }

    @Override
    public String files() {
        return task().files();
    }

    /** Its questions are wherever it is. */
    @Override
    public boolean isIn(DataFolder data) {
        return true;
    }

    @Override
    public PreparedTask prepare(DataFolder data, TaskSettings settings) {
        return task().prepare(data, settings);
    }

    /** The first questions. */
    private Table table() {
        Table table = Table.of("question", "answers", "right");
        for (Item item : questions.subList(0, Math.min(SHOWN, questions.size()))) {
            table = table.row(item.prompt() + " \u2026", String.join(", ", item.answers()), item.right());
        }
        return questions.size() <= SHOWN
                ? table
                : table.row("\u2026 and %,d more".formatted(questions.size() - SHOWN), "", "");
    }

    @Override
    public Map<String, String> data() {
        return table().data();
    }

    @Override
    public String toString() {
        return table().toString();
    }
}
