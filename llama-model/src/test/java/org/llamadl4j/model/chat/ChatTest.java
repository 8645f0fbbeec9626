package org.llamadl4j.model.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.generate.GenerationOptions;
import org.llamadl4j.model.generate.Session;
import org.llamadl4j.model.generate.StopReason;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.tokenizer.SmallByteLevel;
import org.llamadl4j.model.tokenizer.Tokenizer;

class ChatTest {

    private static final Kernels KERNELS = CpuKernels.create(1);

    private static final Tokenizer TOKENIZER = SmallByteLevel.tokenizer();

    private static final LlamaConfig CONFIG = LlamaConfig.builder()
            .dim(16)
            .layers(2)
            .heads(2)
            .kvHeads(1)
            .hiddenDim(24)
            .vocabSize(TOKENIZER.vocabSize())
            .contextLength(160)
            .normEps(1e-5)
            .ropeTheta(10000)
            .build();

    private static final LlamaModel MODEL =
            new LlamaModel(CONFIG, LlamaWeights.initialise(CONFIG, 5, KERNELS), TOKENIZER, KERNELS);

    private static final ChatFormat FORMAT = ChatFormat.of(
            "{{ bos_token }}{% for m in messages %}{{ m.role + ': ' + m.content + '<|eot_id|>' }}{% endfor %}"
                    + "{% if add_generation_prompt %}assistant:{% endif %}",
            "small", TOKENIZER);

    private static final GenerationOptions GREEDY =
            GenerationOptions.builder().temperature(0).maxNewTokens(12).build();

    private final Chat chat = new Chat(MODEL, FORMAT, 160);

    @AfterAll
    static void close() {
        KERNELS.close();
    }

    private Answer ask(String question) {
        return chat.ask(question, GREEDY, text -> true);
    }

    /** What the model says to a prompt of which nothing is known yet. */
    private static String afresh(String prompt) {
        Session session = new Session(MODEL);
        session.append(TOKENIZER.encodeWithSpecials(prompt));
        return session.generate(GREEDY).complete().text();
    }

    @Test
    void eachAnswerIsThatToTheWholeConversation() {
        chat.setSystem("sing");
        String first = ask("the thing").text();
        assertThat(first)
                .isEqualTo(afresh("<|begin_of_text|>system: sing<|eot_id|>user: the thing<|eot_id|>assistant:"));
        String second = ask("ring?").text();
        assertThat(second)
                .isEqualTo(afresh("<|begin_of_text|>system: sing<|eot_id|>user: the thing<|eot_id|>assistant: "
                        + first.strip() + "<|eot_id|>user: ring?<|eot_id|>assistant:"));
        assertThat(chat.messages())
                .containsExactly(
                        ChatMessage.system("sing"),
                        ChatMessage.user("the thing"),
                        ChatMessage.assistant(first.strip()),
                        ChatMessage.user("ring?"),
                        ChatMessage.assistant(second.strip()));
    }

    @Test
    void aResetForgetsAllButWhatComesBeforeAllElse() {
        chat.setSystem("sing");
        String first = ask("the thing").text();
        chat.reset();
        assertThat(chat.messages()).containsExactly(ChatMessage.system("sing"));
        assertThat(ask("the thing").text()).isEqualTo(first);
        chat.setSystem("");
        chat.reset();
        assertThat(chat.messages()).isEmpty();
    }

    @Test
    void anInterruptedAnswerStaysAsFarAsItCame() {
        List<String> pieces = new ArrayList<>();
        Answer answer = chat.ask("the", GREEDY, text -> {
            pieces.add(text);
            return pieces.size() < 3;
        });
        assertThat(pieces).hasSize(3);
        assertThat(answer.tokens()).isEqualTo(3);
        assertThat(answer.text()).isEqualTo(String.join("", pieces));
        assertThat(answer.stopReason()).isEmpty();
        assertThat(chat.messages().get(1))
                .isEqualTo(ChatMessage.assistant(answer.text().strip()));
    }

    @Test
    void aStopStringOfTheFormatEndsAnAnswer() {
        String whole = ask("the thing").text();
        String stop = whole.substring(2, 4);
        Chat stopping = new Chat(MODEL, new ChatFormat(FORMAT.template(), List.of(stop)), 160);
        Answer answer = stopping.ask("the thing", GREEDY, text -> true);
        assertThat(answer.text()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
        assertThat(answer.stopReason()).contains(StopReason.STOP_STRING);
    }

    @Test
    void whatFindsNoRoomIsRefusedAndNotPartOfTheConversation() {
        ask("the");
        List<ChatMessage> before = chat.messages();
        assertThatThrownBy(() -> ask("the thing ".repeat(100)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("context of 160");
        assertThat(chat.messages()).isEqualTo(before);
    }

    @Test
    void theTranscriptOfAModelWithoutTemplate() {
        assertThat(ChatFormat.of(TOKENIZER, "small")).isEmpty();
        ChatFormat transcript = ChatFormat.transcript(TOKENIZER);
        assertThat(transcript
                        .template()
                        .render(
                                List.of(
                                        ChatMessage.system("Be kind."),
                                        ChatMessage.user("Hi"),
                                        ChatMessage.assistant("Hello"),
                                        ChatMessage.user("Bye")),
                                true))
                .isEqualTo("<|begin_of_text|>Be kind.\n\nUser: Hi\nAssistant: Hello\nUser: Bye\nAssistant:");
        assertThat(transcript.stopStrings()).containsExactly("\nUser:");
    }

    @Test
    void theModelsOwnTemplateIsFound() {
        Tokenizer tokenizer = SmallByteLevel.tokenizer()
                .with(TOKENIZER.settings().withChatTemplate(Optional.of("{{ eos_token + messages[0].content }}")));
        assertThat(ChatFormat.of(tokenizer, "small")
                        .orElseThrow()
                        .template()
                        .render(List.of(ChatMessage.user("Hi")), true))
                .isEqualTo("<|end_of_text|>Hi");
        assertThat(ChatFormat.of(tokenizer, "small").orElseThrow().stopStrings())
                .isEmpty();
    }
}
