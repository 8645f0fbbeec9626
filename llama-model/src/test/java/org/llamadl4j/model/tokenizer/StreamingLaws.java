package org.llamadl4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.llamadl4j.model.tokenizer.Tokenizer.StreamingDecoder;
import org.llamadl4j.model.tokenizer.Tokenizer.StreamingEncoder;

/** What holds for texts and ids that come in pieces, whatever the tokenizer. */
final class StreamingLaws {

    private StreamingLaws() {}

    /** The ids of {@code texts}, one after another by one encoder, do not depend on how they are cut. */
    static void assertCutsDoNotMatter(Tokenizer tokenizer, List<String> texts, long seed) {
        IntList ids = new IntList();
        StreamingEncoder encoder = tokenizer.streamingEncoder(ids::add);
        for (String whole : texts) {
            ids.clear();
            AnyText.cut(whole, new Random(seed), 5).forEach(encoder::append);
            encoder.finish();
            assertThat(ids.toArray()).isEqualTo(tokenizer.encode(whole));
        }
    }

    /** The text of {@code list} is the same whether its ids come one by one or together, and so it is again. */
    static void assertOneByOneIsTheSame(Tokenizer tokenizer, List<Integer> list) {
        int[] ids = list.stream().mapToInt(Integer::intValue).toArray();
        StreamingDecoder decoder = tokenizer.streamingDecoder();
        for (int round = 0; round < 2; round++) {
            String text = IntStream.of(ids).mapToObj(decoder::append).collect(Collectors.joining());
            assertThat(text + decoder.finish()).isEqualTo(tokenizer.decode(ids));
        }
    }
}
