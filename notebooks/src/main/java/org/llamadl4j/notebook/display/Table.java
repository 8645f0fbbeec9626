package org.llamadl4j.notebook.display;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Rows and columns; numbers stand to the right.
 *
 * @param header of each column; empty for a table without
 * @param rows each as long as the others
 */
public record Table(List<String> header, List<List<String>> rows) implements Display {

    private static final Pattern NUMBER =
            Pattern.compile("[-+−±]?[0-9][0-9,.]*([eE][-+]?[0-9]+)?( ?%| ±.*)?|NaN|-?Infinity|–?");

    public Table {
        header = List.copyOf(header);
        rows = rows.stream().map(List::copyOf).toList();
        for (List<String> row : rows) {
            if (row.size() != (header.isEmpty() ? rows.get(0) : header).size()) {
                throw new IllegalArgumentException(
                        "a row of %d cells in a table of %d columns: %s".formatted(row.size(), header.size(), row));
            }
        }
    }

    /** A table without rows; {@link #row} adds them. */
    public static Table of(String... header) {
        return new Table(List.of(header), List.of());
    }

    /** This table with one more row. Whole numbers are grouped by thousands, others have four significant digits. */
    public Table row(Object... cells) {
        List<List<String>> more = new ArrayList<>(rows);
        more.add(java.util.Arrays.stream(cells).map(Table::text).toList());
        return new Table(header, more);
    }

    @Override
    public Map<String, String> data() {
        StringBuilder html = new StringBuilder("<table>");
        if (!header.isEmpty()) {
            html.append("<thead><tr>");
            for (int column = 0; column < header.size(); column++) {
                cell(html, "th", column, header.get(column));
            }
            html.append("</tr></thead>");
        }
        html.append("<tbody>");
        for (List<String> row : rows) {
            html.append("<tr>");
            for (int column = 0; column < row.size(); column++) {
                cell(html, "td", column, row.get(column));
            }
            html.append("</tr>");
        }
        return Map.of(HTML, html.append("</tbody></table>").toString());
    }

    private void cell(StringBuilder html, String tag, int column, String text) {
        html.append('<')
                .append(tag)
                .append(isNumeric(column) ? " style=\"text-align:right" : " style=\"text-align:left")
                .append(tag.equals("th") ? ";white-space:nowrap\">" : "\">")
                .append(Html.escape(text).replace("\n", "<br>"))
                .append("</")
                .append(tag)
                .append('>');
    }

    private boolean isNumeric(int column) {
        return !rows.isEmpty()
                && rows.stream().allMatch(row -> NUMBER.matcher(row.get(column)).matches());
    }

    private static String text(Object cell) {
        if (cell instanceof Double || cell instanceof Float) {
            double value = ((Number) cell).doubleValue();
            double size = Math.abs(value);
            if (value == Math.rint(value) && size < 1e15) {
                return "%,.0f".formatted(value);
            }
            return size >= 1000 && size < 1e15
                    ? "%,.0f".formatted(value)
                    : size >= 1e-3
                            ? "%.4g".formatted(value)
                            : "%.3e".formatted(value).replaceFirst("\\.?0+e", "e");
        }
        if (cell instanceof Number number) {
            return "%,d".formatted(number.longValue());
        }
        return String.valueOf(cell);
    }

    @Override
    public String toString() {
        List<List<String>> lines = new ArrayList<>(rows);
        if (!header.isEmpty()) {
            lines.add(0, header);
        }
        if (lines.isEmpty()) {
            return "";
        }
        int columns = lines.get(0).size();
        int[] widths = new int[columns];
        for (List<String> line : lines) {
            for (int column = 0; column < columns; column++) {
                widths[column] = Math.max(widths[column], flat(line.get(column)).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder padded = new StringBuilder();
            for (int column = 0; column < columns; column++) {
                String blanks =
                        " ".repeat(widths[column] - flat(line.get(column)).length());
                padded.append(column == 0 ? "" : "  ")
                        .append(isNumeric(column) ? blanks : "")
                        .append(flat(line.get(column)))
                        .append(isNumeric(column) ? "" : blanks);
            }
            text.append(padded.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static String flat(String cell) {
        return cell.replace('\n', ' ');
    }
}
