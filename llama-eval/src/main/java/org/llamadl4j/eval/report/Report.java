package org.llamadl4j.eval.report;

import java.util.List;

/**
 * A report, whatever it is written in.
 *
 * @param title its title
 * @param lead what it is about, in a sentence or two
 * @param sections its sections
 */
public record Report(String title, String lead, List<Section> sections) {

    public Report {
        sections = List.copyOf(sections);
    }

    /**
     * A table with what has to be said about it.
     *
     * @param title its title
     * @param note what has to be said
     * @param columns the names of its columns; the first {@code texts} are flush left, the others flush right
     * @param texts how many columns are texts
     * @param rows its cells, as many in each as there are columns
     * @param main whether readers came for it; others need not be seen at once
     */
    public record Section(
            String title, String note, List<String> columns, int texts, List<List<String>> rows, boolean main) {

        public Section {
            columns = List.copyOf(columns);
            rows = List.copyOf(rows);
        }
    }
}
