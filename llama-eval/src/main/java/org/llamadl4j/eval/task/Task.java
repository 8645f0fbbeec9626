package org.llamadl4j.eval.task;

import java.util.Map;
import java.util.Set;
import org.llamadl4j.eval.data.DataFolder;
import org.llamadl4j.eval.metric.Rule;

/** A benchmark. {@link RowTask} is one that is made of data; others may prepare their questions as they like. */
public interface Task {

    /** Its name on the command line and in files: small letters, digits and underscores. */
    String name();

    /** Its name in reports. */
    String title();

    /** Counts the changes to its prompts: scores of different versions cannot be compared. */
    int promptVersion();

    /** The rules that it can be asked and scored by. */
    Set<Rule> rules();

    /** How many worked examples precede a question unless it is said otherwise. */
    Map<Rule, Integer> shots();

    /** The files it reads, for people. */
    String files();

    /** Whether {@code data} has the files. */
    boolean isIn(DataFolder data);

    /**
     * Reads the files and phrases the questions under those rules of {@code settings} that the task knows.
     *
     * @throws org.llamadl4j.model.error.UserError if the files are not there, or not as they should be
     */
    PreparedTask prepare(DataFolder data, TaskSettings settings);
}
