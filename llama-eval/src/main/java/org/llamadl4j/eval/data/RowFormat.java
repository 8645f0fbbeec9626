package org.llamadl4j.eval.data;

import java.util.List;

/** How rows are written in a file. */
public interface RowFormat {

    /** One JSON object a line. */
    RowFormat JSON_LINES = new JsonLines();

    /** One list of JSON objects. */
    RowFormat JSON_ARRAY = new JsonArray();

    /** Values parted by commas (RFC 4180) under a line with the names of the fields. */
    RowFormat CSV = new DelimitedText(',', List.of());

    /** Values parted by tabulators, quotes meaning nothing, under a line with the names of the fields. */
    RowFormat TSV = new DelimitedText('\t', List.of());

    /** As {@link #CSV}, without the line of names: the fields are {@code names}. */
    static RowFormat csv(String... names) {
        return new DelimitedText(',', List.of(names));
    }

    /**
     * All rows of {@code file}.
     *
     * @param form what they look like, for messages
     */
    List<Row> read(DataFile file, String form);
}
