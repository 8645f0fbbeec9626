package org.llamadl4j.eval.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.error.UserError;

class AnswerFileTest {

    private static final String MODEL = "ab".repeat(32);

    private static final List<Request> REQUESTS = List.of(
            new LogLikelihood("a \u201cquestion\u201d", " yes"),
            new RollingLogLikelihood("line\nbreak"),
            new GenerateUntil("x", List.of("\n"), 5, new Sampling(0.8, 0.95, 1, 3)));

    private static final List<Response> RESPONSES = List.of(
            new Likelihood(-1.0 / 3, 2, true), new Likelihood(-1e-300, 7, false), new GeneratedText("é\n", 2, true));

    @TempDir
    Path folder;

    private Path file() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findFirst().orElseThrow();
        }
    }

    @Test
    void answersOutliveTheProgram() {
        try (AnswerFile file = AnswerFile.open(folder, MODEL)) {
            file.add(REQUESTS, RESPONSES);
        }
        try (AnswerFile file = AnswerFile.open(folder, MODEL)) {
            assertThat(file.size()).isEqualTo(3);
            for (int i = 0; i < 3; i++) {
                assertThat(file.find(REQUESTS.get(i))).contains(RESPONSES.get(i));
            }
            assertThat(file.find(new LogLikelihood("a", "b"))).isEmpty();
            assertThat(file.find(new GenerateUntil("x", List.of("\n"), 5, new Sampling(0.8, 0.95, 1, 4))))
                    .isEmpty();
        }
    }

    @Test
    void anotherModelHasOtherAnswers() {
        try (AnswerFile file = AnswerFile.open(folder, MODEL);
                AnswerFile other = AnswerFile.open(folder, "cd".repeat(32))) {
            file.add(REQUESTS, RESPONSES);
            assertThat(other.find(REQUESTS.get(0))).isEmpty();
        }
    }

    /** However much of a batch had been written when the program was killed: none of it counts, all before it does. */
    @Test
    void aBatchThatWasNotWrittenToItsEndDoesNotCount() throws IOException {
        try (AnswerFile file = AnswerFile.open(folder, MODEL)) {
            file.add(REQUESTS.subList(0, 1), RESPONSES.subList(0, 1));
            file.add(REQUESTS.subList(1, 3), RESPONSES.subList(1, 3));
        }
        byte[] whole = Files.readAllBytes(file());
        int lastLine = new String(whole, 0, whole.length - 1, StandardCharsets.ISO_8859_1).lastIndexOf('\n') + 1;
        for (int length : new int[] {lastLine, lastLine + 1, whole.length - 1}) {
            Files.write(file(), Arrays.copyOf(whole, length));
            try (AnswerFile file = AnswerFile.open(folder, MODEL)) {
                assertThat(file.find(REQUESTS.get(0))).contains(RESPONSES.get(0));
                assertThat(file.size()).isEqualTo(1);
                file.add(REQUESTS.subList(1, 3), RESPONSES.subList(1, 3));
            }
            assertThat(Files.readAllBytes(file())).isEqualTo(whole);
        }
        Files.write(file(), Arrays.copyOf(whole, 10));
        try (AnswerFile file = AnswerFile.open(folder, MODEL)) {
            assertThat(file.size()).isZero();
        }
    }

    @Test
    void whatIsNoSuchFileIsNamed() throws IOException {
        AnswerFile.open(folder, MODEL).close();
        Files.writeString(file(), Files.readString(file()) + "{\"answers\": [{\"request\": \"x\"}]}\n");
        assertThatThrownBy(() -> AnswerFile.open(folder, MODEL))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("line 2");
        Files.writeString(file(), "nonsense\n");
        assertThatThrownBy(() -> AnswerFile.open(folder, MODEL))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("line 1");
        Files.writeString(file(), "{\"model_sha256\": \"other\"}\n");
        assertThatThrownBy(() -> AnswerFile.open(folder, MODEL))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("line 1");
    }

    @Test
    void twoProgramsDoNotWriteToOneFile() {
        try (AnswerFile file = AnswerFile.open(folder, MODEL)) {
            assertThatThrownBy(() -> AnswerFile.open(folder, MODEL))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("in use");
            assertThat(file.size()).isZero();
        }
    }

    /** After any number of batches, in whatever order they come: no request is computed again, and no answer is another. */
    @Test
    void anInterruptedRunGoesOnWhereItWas() {
        List<Request> requests = IntStream.range(0, 100)
                .<Request>mapToObj(i -> new LogLikelihood("context", " " + i))
                .toList();
        List<Response> expected = new FakeModel(1, true).answer(requests);
        for (int batches : new int[] {0, 1, 5, 9, 10}) {
            Path own = folder.resolve("after" + batches);
            List<Request> computed = new ArrayList<>();
            try (AnswerFile file = AnswerFile.open(own, MODEL)) {
                BatchedModel model = new BatchedModel(tens(computed, batches), file, BatchedModel.Watcher.NONE);
                if (batches < 10) {
                    assertThatThrownBy(() -> model.answer(requests)).hasMessage("interrupted");
                } else {
                    model.answer(requests);
                }
            }
            assertThat(computed).hasSize(10 * batches);
            try (AnswerFile file = AnswerFile.open(own, MODEL)) {
                BatchedModel model = new BatchedModel(tens(computed, 10), file, BatchedModel.Watcher.NONE);
                assertThat(model.answer(requests)).isEqualTo(expected);
            }
            assertThat(computed).hasSize(100).doesNotHaveDuplicates();
        }
    }

    /** Batches of ten, of which only the first {@code most} can be answered. */
    private static Batching tens(List<Request> computed, int most) {
        int[] answered = {0};
        return requests -> IntStream.range(0, (requests.size() + 9) / 10)
                .<Batch>mapToObj(i -> new Batch() {
                    @Override
                    public List<Request> requests() {
                        return requests.subList(10 * i, Math.min(requests.size(), 10 * i + 10));
                    }

                    @Override
                    public long work() {
                        return requests().size();
                    }

                    @Override
                    public long asked() {
                        return requests().size();
                    }

                    @Override
                    public List<Response> answer() {
                        if (answered[0]++ == most) {
                            throw new IllegalStateException("interrupted");
                        }
                        computed.addAll(requests());
                        return new FakeModel(1, true).answer(requests());
                    }
                })
                .toList();
    }
}
