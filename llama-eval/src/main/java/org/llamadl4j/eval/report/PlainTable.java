package org.llamadl4j.eval.report;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lombok.experimental.UtilityClass;

/** A table of a report for terminals. */
@UtilityClass
public class PlainTable {

    private static final String GAP = "  ";

    /** The columns of {@code section} side by side, a line for each row after one with their names. */
    public String write(Report.Section section) {
        List<List<String>> lines = Stream.concat(Stream.of(section.columns()), section.rows().stream())
                .toList();
        int[] widths = IntStream.range(0, section.columns().size())
                .map(column -> lines.stream()
                        .mapToInt(line -> line.get(column).length())
                        .max()
                        .orElseThrow())
                .toArray();
        return lines.stream()
                .map(line -> IntStream.range(0, widths.length)
                        .mapToObj(column -> cell(line.get(column), widths[column], column < section.texts()))
                        .collect(Collectors.joining(GAP))
                        .stripTrailing())
                .collect(Collectors.joining("\n"));
    }

    private String cell(String text, int width, boolean left) {
        String space = " ".repeat(width - text.length());
        return left ? text + space : space + text;
    }
}
