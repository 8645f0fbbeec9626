package org.llamadl4j.train.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * How fast a tokenizer is on one thread.
 *
 * @param benchmark "tokenizer"
 * @param machine what measured
 * @param vocabSize V
 * @param bytes UTF-8 of the text
 * @param tokens it became
 * @param rounds how often it was measured
 * @param coldMegabytesPerSecond 10⁶ bytes a second of an encoder that has seen no word yet
 * @param warmMegabytesPerSecond of one that has encoded the same text before
 * @param trainVocabSize V of the tokenizer that was trained; null unless asked for
 * @param trainSeconds time to train it, reading the files included; null unless asked for
 */
public record TokenizerBenchmarkResult(
        String benchmark,
        Machine machine,
        int vocabSize,
        long bytes,
        long tokens,
        Rounds rounds,
        Spread coldMegabytesPerSecond,
        Spread warmMegabytesPerSecond,
        Integer trainVocabSize,
        Spread trainSeconds)
        implements BenchmarkResult {

    @Override
    public List<TextTable> tables() {
        TextTable encoding = TextTable.of("encode %,d bytes, MB/s".formatted(bytes), "median", "min", "max", "")
                .row("words not seen before", coldMegabytesPerSecond, "")
                .row("words seen before", warmMegabytesPerSecond, "");
        List<TextTable> tables = new ArrayList<>(List.of(encoding));
        if (trainSeconds != null) {
            tables.add(TextTable.of("train, s", "median", "min", "max", "")
                    .row("%,d pieces".formatted(trainVocabSize), trainSeconds, ""));
        }
        return tables;
    }
}
