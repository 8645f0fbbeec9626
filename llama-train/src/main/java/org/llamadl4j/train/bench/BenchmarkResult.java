package org.llamadl4j.train.bench;

import java.util.List;

/** What a benchmark found: a record whose components are the fields of its JSON object. */
public interface BenchmarkResult {

    /** The same for people. */
    List<TextTable> tables();
}
