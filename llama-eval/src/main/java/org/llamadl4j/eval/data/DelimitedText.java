package org.llamadl4j.eval.data;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import lombok.RequiredArgsConstructor;

/**
 * A table in text. Between commas a value may stand in quotes, where commas and ends of lines belong to it and two quotes
 * mean one (RFC 4180); the line of a row is the line where it begins. Between tabulators quotes mean nothing.
 */
@RequiredArgsConstructor
final class DelimitedText implements RowFormat {

    private static final char QUOTE = '"';

    private final char delimiter;

    /** The names of the fields; none if the first line has them. */
    private final List<String> names;

    @Override
    public List<Row> read(DataFile file, String form) {
        List<Row> rows = new ArrayList<>();
        try (LineReader lines = new LineReader(file)) {
            Scanner scanner = new Scanner(lines);
            List<String> header = names.isEmpty() ? scanner.values() : names;
            if (header == null) {
                throw lines.wrong(1, "the file is empty. A row of this file looks like " + form);
            }
            for (List<String> values = scanner.values(); values != null; values = scanner.values()) {
                if (values.size() != header.size()) {
                    throw lines.wrong(
                            scanner.firstLine,
                            "%d values where %d belong (%s); the file was cut short, or is another one. A row looks like %s"
                                    .formatted(values.size(), header.size(), String.join(", ", header), form));
                }
                ObjectNode fields = JsonNodeFactory.instance.objectNode();
                for (int i = 0; i < values.size(); i++) {
                    fields.put(header.get(i), values.get(i));
                }
                rows.add(new Row(lines.origin(scanner.firstLine), form, fields));
            }
        }
        return rows;
    }

    /** Cuts lines into values. */
    @RequiredArgsConstructor
    private final class Scanner {

        private final LineReader lines;
        private String line;
        private int position;
        private int firstLine;

        /** The values of the next row; null at the end. Empty lines are passed over. */
        List<String> values() {
            do {
                line = lines.next();
                position = 0;
                firstLine = lines.line();
                if (line == null) {
                    return null;
                }
            } while (line.isEmpty());
            List<String> values = new ArrayList<>();
            values.add(value());
            while (position < line.length()) {
                position++; // the delimiter
                values.add(value());
            }
            return values;
        }

        private String value() {
            StringBuilder value = new StringBuilder();
            if (delimiter != '\t' && position < line.length() && line.charAt(position) == QUOTE) {
                quoted(value);
            }
            int end = line.indexOf(delimiter, position);
            end = end < 0 ? line.length() : end;
            value.append(line, position, end);
            position = end;
            return value.toString();
        }

        /** Reads past the closing quote. */
        private void quoted(StringBuilder value) {
            position++;
            while (true) {
                int quote = line.indexOf(QUOTE, position);
                if (quote < 0) {
                    value.append(line, position, line.length()).append('\n');
                    nextLine();
                } else {
                    value.append(line, position, quote);
                    position = quote + 1;
                    if (position == line.length() || line.charAt(position) != QUOTE) {
                        return;
                    }
                    value.append(QUOTE);
                    position++;
                }
            }
        }

        private void nextLine() {
            line = lines.next();
            position = 0;
            if (line == null) {
                throw lines.wrong(
                        firstLine, "the file was cut short: a quote that is opened in this row is never closed");
            }
        }
    }
}
