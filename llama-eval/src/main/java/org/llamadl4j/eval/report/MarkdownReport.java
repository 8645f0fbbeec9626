package org.llamadl4j.eval.report;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lombok.experimental.UtilityClass;

/** A report in Markdown. */
@UtilityClass
public class MarkdownReport {

    /** The text of {@code report}. */
    public String write(Report report) {
        StringBuilder text = new StringBuilder("# " + escaped(report.title()) + "\n\n" + escaped(report.lead()) + "\n");
        for (Report.Section section : report.sections()) {
            text.append("\n## ").append(escaped(section.title())).append("\n\n");
            text.append(escaped(section.note())).append("\n\n");
            text.append(row(section.columns()));
            text.append(row(IntStream.range(0, section.columns().size())
                    .mapToObj(column -> column < section.texts() ? "---" : "---:")
                    .toList()));
            section.rows().forEach(cells -> text.append(row(cells)));
        }
        return text.toString();
    }

    private String row(List<String> cells) {
        return cells.stream().map(MarkdownReport::escaped).collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    /** A bar would end a cell; a task may be called as anybody likes. */
    private String escaped(String text) {
        return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;");
    }
}
