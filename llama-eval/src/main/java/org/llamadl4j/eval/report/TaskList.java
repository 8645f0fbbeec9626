package org.llamadl4j.eval.report;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.data.DataFolder;
import org.llamadl4j.eval.task.Task;

/** Which tasks there are. */
@UtilityClass
public class TaskList {

    /** A line for each of {@code tasks}, which tells too whether its files are in {@code data}, if that is known. */
    public Report.Section of(List<Task> tasks, Optional<DataFolder> data) {
        List<List<String>> rows = tasks.stream()
                .map(task -> List.of(
                        task.name(),
                        task.title(),
                        rules(task),
                        data.map(folder -> task.isIn(folder) ? "yes" : "no").orElse("?"),
                        task.files()))
                .toList();
        return new Report.Section(
                "Tasks", "", List.of("task", "benchmark", "rules (examples)", "there", "files"), 5, rows, true);
    }

    private String rules(Task task) {
        return task.rules().stream()
                .sorted()
                .map(rule -> "%s (%d)".formatted(rule, task.shots().getOrDefault(rule, 0)))
                .collect(Collectors.joining(", "));
    }
}
