package org.llamadl4j.train.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A table in plain text. The first column is flush left, the others flush right.
 *
 * @param rows of equally many cells; the first names the columns
 */
public record TextTable(List<List<String>> rows) {

    /** A table of these columns, without rows yet. */
    static TextTable of(String... columns) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(columns));
        return new TextTable(rows);
    }

    /** Adds a row. */
    TextTable row(String... cells) {
        rows.add(List.of(cells));
        return this;
    }

    /** Adds a row of a name, and the median, the least and the greatest of {@code spread}. */
    TextTable row(String name, Spread spread, String share) {
        return row(name, number(spread.median()), number(spread.min()), number(spread.max()), share);
    }

    /** Adds a row that has a median only. */
    TextTable row(String name, double value) {
        return row(name, number(value), "", "", "");
    }

    /** Three significant digits where there are no more before the point. */
    static String number(double value) {
        double size = Math.abs(value);
        if (size > 0 && size < 1e-3) {
            return String.format(Locale.ROOT, "%.1e", value);
        }
        int digits = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 4;
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    /** The lines, each column as wide as its widest cell. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                int width = width(column);
                String cell = row.get(column);
                String padding = " ".repeat(width - cell.length());
                line.append(column == 0 ? cell + padding : "  " + padding + cell);
            }
            text.append(line.toString().stripTrailing()).append(System.lineSeparator());
        }
        return text.toString();
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }
}
