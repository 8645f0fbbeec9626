package org.llamadl4j.eval.data;

import java.util.List;
import java.util.Optional;

/** Rows in one file, which may have one of several names. */
record RowFile(RowFormat format, String form, List<String> names) implements RowSource {

    @Override
    public String described() {
        return String.join(" or ", names);
    }

    @Override
    public Optional<FoundRows> find(DataFolder folder) {
        return folder.find(names).map(file -> new FoundRows(List.of(file), () -> format.read(file, form)));
    }
}
