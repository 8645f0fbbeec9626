package org.llamadl4j.eval.data;

import java.util.List;
import java.util.function.Supplier;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.error.UserError;

/** Files that hold rows, and are there. */
@RequiredArgsConstructor
public final class FoundRows {

    private final List<DataFile> files;
    private final Supplier<List<Row>> reading;

    /** The files. */
    public List<DataFile> files() {
        return files;
    }

    /** All rows, of which there must be some; the files are read now. */
    public List<Row> read() {
        List<Row> rows = reading.get();
        if (rows.isEmpty()) {
            throw UserError.failed(
                    "%s: no question in it; the file was cut short, or is another one",
                    files.get(0).location());
        }
        return rows;
    }
}
