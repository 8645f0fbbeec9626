package org.llamadl4j.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.NoSuchElementException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;

/** What is generated over a session's cache is what a session that begins with the same tokens generates. */
class SessionTest {

    private static final Kernels KERNELS = CpuKernels.create(2);
    private static final LlamaModel MODEL = TinyModel.endless(200, KERNELS);

    private static GenerationOptions greedy(int tokens) {
        return GenerationOptions.builder().temperature(0).maxNewTokens(tokens).build();
    }

    private static int[] bytes(String text) {
        return MODEL.tokenizer().encode(text);
    }

    private static int[] anew(int[] tokens, int slots) {
        Session session = new Session(MODEL, slots);
        session.append(tokens);
        return TinyModel.ids(session.generate(greedy(10)).complete());
    }

    @Test
    void turnsGoOnFromAllThatWasSaid() {
        Session session = new Session(MODEL);
        session.append(MODEL.tokenizer().bosId());
        session.append(bytes("a question"));
        int[] first = TinyModel.ids(session.generate(greedy(10)).complete());
        assertThat(session.length()).isEqualTo(21);
        session.append(bytes("and another"));
        int[] before = session.tokens();
        int[] second = TinyModel.ids(session.generate(greedy(10)).complete());
        assertThat(second).isEqualTo(anew(before, 200)).isNotEqualTo(first);
        assertThat(session.tokens()).isEqualTo(TinyModel.joined(before, second));
    }

    @Test
    void goesOnWithoutAnythingNew() {
        Session session = new Session(MODEL);
        session.append(bytes("x"));
        int[] first = TinyModel.ids(session.generate(greedy(5)).complete());
        int[] second = TinyModel.ids(session.generate(greedy(5)).complete());
        assertThat(TinyModel.joined(first, second)).isEqualTo(anew(bytes("x"), 200));
    }

    @Test
    void canBeTakenBack() {
        Session session = new Session(MODEL);
        session.append(bytes("a question"));
        int[] first = TinyModel.ids(session.generate(greedy(10)).complete());
        session.rewind(10);
        assertThat(session.tokens()).isEqualTo(bytes("a question"));
        assertThat(TinyModel.ids(session.generate(greedy(10)).complete())).isEqualTo(first);
        session.rewind(0);
        assertThatThrownBy(() -> session.generate(greedy(1))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> session.rewind(1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aPromptIsReadInPartsThatSomebodyMayEnd() {
        Session session = new Session(MODEL);
        int[] prompt = bytes("a long question ".repeat(10));
        session.append(prompt);
        int[] asked = {0};
        assertThat(session.prefill(() -> ++asked[0] < 2)).isFalse();
        assertThat(session.tokens()).isEqualTo(prompt);
        assertThat(session.prefill(() -> ++asked[0] < 2)).isTrue();
        assertThat(asked).containsExactly(2);
        assertThat(TinyModel.ids(session.generate(greedy(10)).complete())).isEqualTo(anew(prompt, 200));
    }

    @Test
    void keepsWhatAnotherTextBeginsWithInCommon() {
        Session session = new Session(MODEL);
        assertThat(session.replace(bytes("a question"))).isZero();
        session.generate(greedy(10)).complete();
        int[] other = bytes("a quest, and a longer one");
        assertThat(session.replace(other)).isEqualTo(7);
        assertThat(TinyModel.ids(session.generate(greedy(10)).complete())).isEqualTo(anew(other, 200));
        session.replace(bytes("a q"));
        assertThat(session.tokens()).isEqualTo(bytes("a q"));
        assertThat(TinyModel.ids(session.generate(greedy(10)).complete())).isEqualTo(anew(bytes("a q"), 200));
    }

    @Test
    void aRingStaysWhatItIsWhenTheTextIsTakenBack() {
        Session session = new Session(MODEL, 8);
        session.append(bytes("a question that is longer than the ring"));
        session.generate(greedy(10)).complete();
        for (int length : new int[] {48, 47, 46, 20, 3}) {
            session.rewind(length);
            int[] before = session.tokens();
            assertThat(TinyModel.ids(session.generate(greedy(10)).complete())).isEqualTo(anew(before, 8));
            session.rewind(length);
        }
    }

    @Test
    void streamsTokensUntilTheTextEnds() {
        Session session = new Session(MODEL);
        session.append(bytes("x"));
        Generation generation = session.generate(greedy(10));
        assertThat(generation.stopReason()).isEmpty();
        assertThat(generation.next()).isEqualTo(generation.tokens().get(0));
        assertThat(generation.stream().map(Token::id).collect(Collectors.toList()))
                .hasSize(9)
                .isEqualTo(generation.tokens().stream().skip(1).map(Token::id).toList());
        assertThat(generation.stopReason()).contains(StopReason.LENGTH);
        assertThat(generation.hasNext()).isFalse();
        assertThatThrownBy(generation::next).isInstanceOf(NoSuchElementException.class);
        assertThat(generation.complete().tokens()).isEqualTo(generation.tokens());
    }

    @Test
    void aGenerationEndsWhereAnotherBegins() {
        Session session = new Session(MODEL);
        session.append(bytes("x"));
        Generation generation = session.generate(greedy(10));
        generation.next();
        session.append(bytes("y"));
        assertThat(generation.hasNext()).isTrue();
        assertThatThrownBy(generation::next).isInstanceOf(ConcurrentModificationException.class);
    }

    @Test
    void refusesWhatIsLongerThanTheContext() {
        Session session = new Session(MODEL);
        session.append(new int[150]);
        assertThatThrownBy(() -> session.append(new int[51]))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("51 tokens after 150", "context of 200");
        assertThat(session.length()).isEqualTo(150);
        assertThatThrownBy(() -> session.append(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> session.append(5, MODEL.config().vocabSize()))
                .isInstanceOf(IllegalArgumentException.class);
        session.append(new int[50]);
        assertThat(session.generate(greedy(5)).complete().stopReason()).isEqualTo(StopReason.CONTEXT);
        assertThat(session.tokens()).isEqualTo(Arrays.copyOf(new int[0], 200));
    }
}
