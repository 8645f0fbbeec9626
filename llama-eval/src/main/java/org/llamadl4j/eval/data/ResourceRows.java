package org.llamadl4j.eval.data;

import java.util.List;
import java.util.Optional;

/** Rows in a file of the program itself. */
record ResourceRows(RowFormat format, String form, Class<?> owner, String name) implements RowSource {

    @Override
    public String described() {
        return name + " of the program itself";
    }

    @Override
    public Optional<FoundRows> find(DataFolder folder) {
        DataFile file = DataFile.resource(owner, name);
        return Optional.of(new FoundRows(List.of(file), () -> format.read(file, form)));
    }
}
