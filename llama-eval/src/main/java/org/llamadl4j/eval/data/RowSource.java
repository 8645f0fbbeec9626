package org.llamadl4j.eval.data;

import java.util.List;
import java.util.Optional;
import org.llamadl4j.model.error.UserError;

/** Where the rows of a task come from: which files, and how rows are written in them. */
public interface RowSource {

    /** The files it looks for, as {@code --list} and messages name them. */
    String described();

    /** The files, if all that are needed are in {@code folder}. */
    Optional<FoundRows> find(DataFolder folder);

    /** The files in {@code folder}; that they are not there is an error in which {@code title} names the task. */
    default FoundRows require(DataFolder folder, String title) {
        return find(folder)
                .orElseThrow(() -> UserError.failed("%s: there is no %s in %s", title, described(), folder.root()));
    }

    /**
     * One file.
     *
     * @param form what its rows look like, for messages
     * @param names what it may be called, paths in the data folder with slashes; the first that is there is read
     */
    static RowSource file(RowFormat format, String form, String... names) {
        return new RowFile(format, form, List.of(names));
    }

    /**
     * A file of questions, and one of right answers with a line for each question, which becomes the field {@code label}.
     *
     * @param form what rows look like, for messages
     * @param labels what a line of the second file may be
     * @param names of the two files, alternating; the first two that are there are read
     */
    static RowSource labelled(RowFormat format, String form, List<String> labels, String... names) {
        return new LabelledRowFile(format, form, labels, List.of(names));
    }

    /** The file {@code name} of the program itself, beside {@code owner}: it is always there. */
    static RowSource resource(RowFormat format, String form, Class<?> owner, String name) {
        return new ResourceRows(format, form, owner, name);
    }

    /** The first of {@code sources} that is there. */
    static RowSource firstOf(RowSource... sources) {
        return new FirstRowSource(List.of(sources));
    }
}
