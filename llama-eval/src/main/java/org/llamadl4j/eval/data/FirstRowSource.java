package org.llamadl4j.eval.data;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The first of several sources that is there. */
record FirstRowSource(List<RowSource> sources) implements RowSource {

    @Override
    public String described() {
        return sources.stream().map(RowSource::described).collect(Collectors.joining(" or "));
    }

    @Override
    public Optional<FoundRows> find(DataFolder folder) {
        return sources.stream().flatMap(source -> source.find(folder).stream()).findFirst();
    }
}
