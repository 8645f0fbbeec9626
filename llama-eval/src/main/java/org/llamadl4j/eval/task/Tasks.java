package org.llamadl4j.eval.task;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import lombok.experimental.UtilityClass;
import org.llamadl4j.model.error.UserError;

/** The benchmarks of the paper, in its order. */
@UtilityClass
public class Tasks {

    /** What a user writes for all of them. */
    public final String ALL = "all";

    /** All of them. */
    public List<Task> all() {
        return List.of(
                BoolQ.task(),
                Piqa.task(),
                Siqa.task(),
                HellaSwag.task(),
                WinoGrande.task(),
                Arc.easy(),
                Arc.challenge(),
                OpenBookQa.task(),
                NaturalQuestions.task(),
                TriviaQa.task(),
                Race.middle(),
                Race.high(),
                MathProblems.task(),
                GradeSchoolMath.task(),
                HumanEval.task(),
                Mbpp.task(),
                Mmlu.task(),
                RealToxicityPrompts.basic(),
                RealToxicityPrompts.respectful(),
                CrowsPairs.task(),
                WinoGender.task(),
                TruthfulQa.best(),
                TruthfulQa.right(),
                TruthfulQa.generation());
    }

    /**
     * The tasks that {@code names} name, each once: names of tasks, {@link #ALL}, or YAML files of a user's own tasks
     * ({@link YamlTask}), which end in {@code .yaml} or {@code .yml}.
     */
    public List<Task> named(List<String> names) {
        List<Task> known = all();
        Set<Task> tasks = new LinkedHashSet<>();
        for (String name : names) {
            if (name.equals(ALL)) {
                tasks.addAll(known);
            } else if (YamlTask.isOne(name)) {
                tasks.add(YamlTask.read(Path.of(name)));
            } else {
                tasks.add(known.stream()
                        .filter(task -> task.name().equals(name))
                        .findFirst()
                        .orElseThrow(() -> unknown(name, known)));
            }
        }
        List<String> taken = new ArrayList<>();
        for (Task task : tasks) {
            if (taken.contains(task.name())) {
                throw UserError.usage("two tasks are called %s; each needs a name of its own", task.name());
            }
            taken.add(task.name());
        }
        return List.copyOf(tasks);
    }

    private UserError unknown(String name, List<Task> known) {
        return UserError.usage(
                "there is no task %s; the tasks are %s and %s, and a file that ends in .yaml can be one of your own",
                name, known.stream().map(Task::name).collect(Collectors.joining(", ")), ALL);
    }
}
