package org.llamadl4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.GptBytePairEncodingParams;
import com.knuddels.jtokkit.api.IntArrayList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;
import org.llamadl4j.model.SharedData;

/** Llama 3's tokenizer gives what jtokkit gives, an independent implementation of tiktoken, with the same ranks. */
class JtokkitOracleTest {

    private static Tokenizer ours;
    private static Tokenizer oursThroughJson;
    private static Encoding theirs;

    /** Skips what needs Llama 3's own vocabulary where that is absent. */
    static final class OnlyWithLlama3 implements SkipExecutionHook {

        @Override
        public SkipResult shouldBeSkipped(LifecycleContext context) {
            return SharedData.has("tokenizer/llama3.tiktoken")
                    ? SkipResult.doNotSkip()
                    : SkipResult.skip("no tokenizer/llama3.tiktoken in ../shared/data");
        }
    }

    private static void open() throws IOException {
        if (ours != null) {
            return;
        }
        Path file = SharedData.require("tokenizer/llama3.tiktoken");
        Map<byte[], Integer> ranks = new HashMap<>();
        for (String line : Files.readAllLines(file)) {
            String[] parts = line.split(" ");
            ranks.put(Base64.getDecoder().decode(parts[0]), Integer.parseInt(parts[1]));
        }
        EncodingRegistry registry = Encodings.newLazyEncodingRegistry();
        registry.registerGptBytePairEncoding(
                new GptBytePairEncodingParams("llama3", ReferenceSplit.PATTERN, ranks, Map.of()));
        theirs = registry.getEncoding("llama3").orElseThrow();
        Path json = Files.createTempFile("llama3", ".json");
        TokenizerFile.read(file).write(json);
        oursThroughJson = TokenizerFile.read(json);
        Files.delete(json);
        ours = TokenizerFile.read(file);
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> runs = Arbitraries.of(" ", "\n", "=", "-", "a", "ab", "aba", "é", "ha", "\t", "#", "0", "😀")
                .flatMap(part -> Arbitraries.integers().between(1, 300).map(part::repeat));
        Arbitrary<String> letters =
                Arbitraries.strings().withChars("aeiounrst hldcm").ofMaxLength(60);
        return Arbitraries.oneOf(AnyText.texts(), runs, letters, letters);
    }

    @Property(tries = 3000)
    @AddLifecycleHook(OnlyWithLlama3.class)
    void anyTextHasTheSameIds(@ForAll("texts") String text) throws IOException {
        open();
        IntArrayList expected = theirs.encodeOrdinary(text);
        assertThat(ours.encode(text)).as("ids of <%s>", text).isEqualTo(expected.toArray());
        assertThat(oursThroughJson.encode(text)).as("through merges").isEqualTo(expected.toArray());
        assertThat(ours.decode(expected.toArray())).isEqualTo(text);
    }

    @Property(tries = 1)
    @AddLifecycleHook(OnlyWithLlama3.class)
    void realTextHasTheSameIds() throws IOException {
        open();
        for (String name : new String[] {"tinyshakespeare.txt", "wikitext2-test.txt"}) {
            String text = Files.readString(SharedData.require("text/" + name));
            int[] expected = theirs.encodeOrdinary(text).toArray();
            assertThat(ours.encode(text)).isEqualTo(expected);
            assertThat(oursThroughJson.encode(text)).isEqualTo(expected);
        }
    }
}
