package org.llamadl4j.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.tokenizer.ByteTokenizer;

class ContinuationTest {

    private static final ByteTokenizer TOKENIZER = new ByteTokenizer();
    private static final int[] PROMPT = {TOKENIZER.bosId(), 70};

    private static final GenerationOptions GREEDY =
            GenerationOptions.builder().temperature(0).maxNewTokens(100).build();

    /** What comes of a model that says {@code text} and then ends. */
    private static Completion completion(String text, int context, GenerationOptions options) {
        Set<Integer> endIds = Set.of(TOKENIZER.eosId(), TOKENIZER.encode("!")[0]);
        Continuation continuation = new Continuation(TOKENIZER, endIds, context, PROMPT, options);
        int[] ids = TOKENIZER.encode(text);
        List<Token> tokens = new ArrayList<>();
        while (continuation.stopReason().isEmpty()) {
            float[] logits = new float[TOKENIZER.vocabSize() + 10];
            int place = tokens.size();
            logits[place < ids.length ? ids[place] : TOKENIZER.eosId()] = 9;
            tokens.add(continuation.next(new Prediction(0, PROMPT.length + place, logits, 10)));
        }
        return Completion.of(tokens, continuation.stopReason().get(), PROMPT.length);
    }

    private static List<String> pieces(Completion completion) {
        return completion.tokens().stream().map(Token::text).toList();
    }

    @Test
    void endsWhereTheModelEnds() {
        Completion completion = completion("Hello", 50, GREEDY);
        assertThat(completion.text()).isEqualTo("Hello");
        assertThat(completion.stopReason()).isEqualTo(StopReason.END_OF_TEXT);
        assertThat(completion.promptTokens()).isEqualTo(2);
        assertThat(completion.newTokens()).isEqualTo(5);
        assertThat(completion.tokens()).hasSize(6).last().isEqualTo(new Token(TOKENIZER.eosId(), "", -1));
        assertThat(completion.logProbability()).isCloseTo(-6, within(1e-9));
    }

    @Test
    void endsAtAnyTokenThatEndsATextOfTheModel() {
        Completion completion = completion("Hello! Bye", 50, GREEDY);
        assertThat(completion.text()).isEqualTo("Hello");
        assertThat(completion.stopReason()).isEqualTo(StopReason.END_OF_TEXT);
    }

    @Test
    void endsAtTheLengthThatWasAskedFor() {
        Completion completion =
                completion("Hello", 50, GREEDY.toBuilder().maxNewTokens(3).build());
        assertThat(completion.text()).isEqualTo("Hel");
        assertThat(completion.stopReason()).isEqualTo(StopReason.LENGTH);
        Completion none =
                completion("Hello", 50, GREEDY.toBuilder().maxNewTokens(0).build());
        assertThat(none.tokens()).isEmpty();
        assertThat(none.stopReason()).isEqualTo(StopReason.LENGTH);
    }

    @Test
    void endsAtTheContext() {
        Completion completion = completion("Hello", 6, GREEDY);
        assertThat(completion.text()).isEqualTo("Hell");
        assertThat(completion.stopReason()).isEqualTo(StopReason.CONTEXT);
        assertThat(completion("Hello", 2, GREEDY).tokens()).isEmpty();
        assertThat(completion("Hello", 1, GREEDY).stopReason()).isEqualTo(StopReason.CONTEXT);
    }

    @Test
    void endsBeforeAStopStringOfSeveralTokens() {
        Completion completion = completion(
                "one, two, three",
                50,
                GREEDY.toBuilder().stopString(", th").stopString("xyz").build());
        assertThat(completion.text()).isEqualTo("one, two");
        assertThat(completion.stopReason()).isEqualTo(StopReason.STOP_STRING);
        assertThat(pieces(completion)).containsExactly("o", "n", "e", "", "", "", ", tw", "o", "", "", "", "");
    }

    @Test
    void showsWhatMightHaveBeenAStopStringAtTheEnd() {
        GenerationOptions options = GREEDY.toBuilder().stopString("lot").build();
        assertThat(completion("Hello", 50, options).text()).isEqualTo("Hello");
        assertThat(completion("Hello", 50, options.toBuilder().maxNewTokens(4).build())
                        .text())
                .isEqualTo("Hell");
        assertThat(completion("Hello", 6, options).text()).isEqualTo("Hell");
    }

    @Test
    void givesPiecesAsTheyComeAndWholeCharacters() {
        assertThat(pieces(completion("aéz", 50, GREEDY))).containsExactly("a", "", "é", "z", "");
        assertThat(pieces(
                        completion("é€", 50, GREEDY.toBuilder().stopString("€").build())))
                .containsExactly("", "é", "", "", "");
    }

    @Test
    void endsWithAReplacementForHalfACharacter() {
        GenerationOptions one = GREEDY.toBuilder().maxNewTokens(1).build();
        assertThat(completion("é", 50, one).text()).isEqualTo("\ufffd");
        Completion stopped =
                completion("é", 50, one.toBuilder().stopString("\ufffd").build());
        assertThat(stopped.text()).isEmpty();
        assertThat(stopped.stopReason()).isEqualTo(StopReason.STOP_STRING);
    }

    @Test
    void penalisesWhatOccurred() {
        Continuation continuation = new Continuation(
                TOKENIZER,
                Set.of(),
                50,
                PROMPT,
                GREEDY.toBuilder().repetitionPenalty(1.5).build());
        float[] logits = new float[TOKENIZER.vocabSize()];
        logits[70] = 9;
        logits[71] = 8;
        logits[72] = 7;
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ids.add(continuation.next(new Prediction(0, i, logits, 10)).id());
        }
        // 70 is in the prompt; once all have occurred, the first is the likeliest again.
        assertThat(ids).containsExactly(71, 72, 70, 70);
    }
}
