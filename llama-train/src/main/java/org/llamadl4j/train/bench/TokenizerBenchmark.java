package org.llamadl4j.train.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import lombok.Builder;
import lombok.NonNull;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.text.DocumentReader;
import org.llamadl4j.model.text.TextCorpus;
import org.llamadl4j.model.tokenizer.BpeTrainer;
import org.llamadl4j.model.tokenizer.Tokenizer;

/** Times a tokenizer on one thread, and the training of one where asked. The text is in memory before the clock runs. */
@Builder
public final class TokenizerBenchmark {

    private static final double LEAST_SECONDS = 0.1;

    @NonNull
    private final Tokenizer tokenizer;

    @NonNull
    private final TextCorpus corpus;

    /** V of the tokenizer whose training is timed, too; null for none. */
    private final Integer trainVocabSize;

    @NonNull
    private final Rounds rounds;

    /** Measures. */
    public TokenizerBenchmarkResult run() throws IOException {
        List<List<String>> documents = read();
        long bytes = documents.stream()
                .flatMap(List::stream)
                .mapToLong(passage -> passage.getBytes(StandardCharsets.UTF_8).length)
                .sum();
        if (bytes == 0) {
            throw UserError.failed("the text to encode is empty");
        }
        long[] tokens = new long[1];
        TimedTask cold = new TimedTask(LEAST_SECONDS, () -> {
            tokens[0] = 0;
            encode(documents, tokenizer.streamingEncoder(id -> tokens[0]++));
        });
        Tokenizer.StreamingEncoder used = tokenizer.streamingEncoder(id -> tokens[0]++);
        TimedTask warm = new TimedTask(LEAST_SECONDS, () -> encode(documents, used));
        List<TimedTask> tasks = new ArrayList<>(List.of(warm, cold));
        // The trainer reads its text from where it is, as `llama tokenizer train` does.
        TimedTask training = new TimedTask(0, this::train);
        if (trainVocabSize != null) {
            tasks.add(training);
        }
        rounds.warmUp(tasks);
        rounds.measure(tasks);
        return new TokenizerBenchmarkResult(
                "tokenizer",
                Machine.withoutKernels(),
                tokenizer.vocabSize(),
                bytes,
                tokens[0],
                rounds,
                cold.seconds().rate(1e-6 * bytes),
                warm.seconds().rate(1e-6 * bytes),
                trainVocabSize,
                trainVocabSize == null ? null : training.seconds());
    }

    private List<List<String>> read() throws IOException {
        List<List<String>> documents = new ArrayList<>();
        try (DocumentReader reader = corpus.open(false)) {
            while (reader.nextDocument()) {
                List<String> passages = new ArrayList<>();
                for (String passage; (passage = reader.nextPassage()) != null; ) {
                    passages.add(passage);
                }
                documents.add(passages);
            }
        }
        return documents;
    }

    private static void encode(List<List<String>> documents, Tokenizer.StreamingEncoder encoder) {
        for (List<String> passages : documents) {
            passages.forEach(encoder::append);
            encoder.finish();
        }
    }

    private void train() {
        try (DocumentReader reader = corpus.open(false)) {
            BpeTrainer.builder().vocabSize(trainVocabSize).build().train(reader);
        } catch (IOException e) {
            throw UserError.failed(e, "the text cannot be read: %s", e.getMessage());
        }
    }
}
