package org.llamadl4j.model.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.error.UserError;

class ChatTemplateTest {

    /** As ChatML writes conversations. */
    private static final String CHAT_ML = "{% for m in messages %}"
            + "{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n' }}"
            + "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private static final List<ChatMessage> CONVERSATION = List.of(
            ChatMessage.system("Be brief."),
            ChatMessage.user("Hi"),
            ChatMessage.assistant("Hello"),
            ChatMessage.user("Bye"));

    @Test
    void writesAConversation() {
        ChatTemplate template = ChatTemplate.of(CHAT_ML, "a model", "<s>", "</s>");
        assertThat(template.render(CONVERSATION, false))
                .isEqualTo("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
                        + "<|im_start|>assistant\nHello<|im_end|>\n<|im_start|>user\nBye<|im_end|>\n");
    }

    @Test
    void endsWhereTheAnswerBegins() {
        ChatTemplate template = ChatTemplate.of(CHAT_ML, "a model", "<s>", "</s>");
        assertThat(template.render(CONVERSATION, true))
                .startsWith(template.render(CONVERSATION, false))
                .endsWith("<|im_end|>\n<|im_start|>assistant\n");
    }

    @Test
    void hasTheTextsOfTheEnds() {
        ChatTemplate template =
                ChatTemplate.of("{{ bos_token }}{{ messages[0].content }}{{ eos_token }}", "a model", "<s>", "</s>");
        assertThat(template.render(CONVERSATION, true)).isEqualTo("<s>Be brief.</s>");
    }

    @Test
    void saysWhyATemplateRefuses() {
        ChatTemplate template = ChatTemplate.of("{{ raise_exception('no system messages') }}", "models/a", "", "");
        assertThatThrownBy(() -> template.render(CONVERSATION, true))
                .isInstanceOf(UserError.class)
                .hasMessage("the chat template of models/a refuses this conversation: no system messages");
    }

    @Test
    void saysWhatABrokenTemplateHasWrong() {
        assertThatThrownBy(() -> ChatTemplate.of("x\n{{ messages | nofilter }}", "models/a", "", ""))
                .isInstanceOf(UserError.class)
                .hasMessage(
                        "the chat template of models/a cannot be used: the filter 'nofilter' is not there (line 2 of it)");
        assertThatThrownBy(
                        () -> ChatTemplate.of("{% if x %}", "models/a", "", "").render(CONVERSATION, true))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith("the chat template of models/a cannot be used: ");
    }
}
