package org.llamadl4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.llamadl4j.model.SharedData;

/** Published texts and their ids. */
final class LlamaVectors {

    private static final String SEPARATOR = "\n__ggml_vocab_test__\n";

    private LlamaVectors() {}

    /** A test for each text of {@code tokenizer/NAME.vectors}, which is encoded and decoded. */
    static Stream<DynamicTest> tests(String name, Tokenizer tokenizer) throws IOException {
        String input = Files.readString(SharedData.require("tokenizer/" + name + ".vectors.inp"));
        List<String> expected = Files.readAllLines(SharedData.require("tokenizer/" + name + ".vectors.out"));
        String[] texts = input.split(SEPARATOR, -1);
        assertThat(texts).hasSizeGreaterThanOrEqualTo(expected.size());
        return IntStream.range(0, expected.size())
                .mapToObj(i -> DynamicTest.dynamicTest("text " + i, () -> {
                    int[] ids = Stream.of(expected.get(i).trim().split(" +"))
                            .filter(id -> !id.isEmpty())
                            .mapToInt(Integer::parseInt)
                            .toArray();
                    assertThat(tokenizer.encode(texts[i])).isEqualTo(ids);
                    assertThat(tokenizer.decode(ids)).isEqualTo(texts[i]);
                }));
    }
}
