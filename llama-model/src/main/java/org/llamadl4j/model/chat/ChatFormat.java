package org.llamadl4j.model.chat;

import java.util.List;
import java.util.Optional;
import org.llamadl4j.model.tokenizer.Tokenizer;

/**
 * How a model is told of a conversation.
 *
 * @param template makes the prompt
 * @param stopStrings what ends an answer, beside the tokens that end a text
 */
public record ChatFormat(ChatTemplate template, List<String> stopStrings) {

    /** A transcript as base models have seen them in ordinary text. */
    private static final String TRANSCRIPT = """
            {{ bos_token }}
            {%- for message in messages %}
                {%- if message.role == 'system' %}
                    {{- message.content ~ '\\n\\n' }}
                {%- else %}
                    {{- message.role | capitalize }}: {{ message.content ~ '\\n' }}
                {%- endif %}
            {%- endfor %}
            {%- if add_generation_prompt %}
                {{- 'Assistant:' }}
            {%- endif %}
            """;

    public ChatFormat {
        stopStrings = List.copyOf(stopStrings);
    }

    /**
     * That of the template which comes with a model; empty where none does.
     *
     * @param place where the model comes from, for messages
     */
    public static Optional<ChatFormat> of(Tokenizer tokenizer, String place) {
        return tokenizer.chatTemplate().map(source -> of(source, place, tokenizer));
    }

    /**
     * That of a template in Jinja.
     *
     * @param place where it comes from, for messages
     * @throws org.llamadl4j.model.error.UserError if it is not well-formed, or uses what is not there
     */
    public static ChatFormat of(String template, String place, Tokenizer tokenizer) {
        String bos = tokenizer.piece(tokenizer.bosId());
        String eos = tokenizer.piece(tokenizer.eosId());
        return new ChatFormat(ChatTemplate.of(template, place, bos, eos), List.of());
    }

    /** A plain transcript, for models that were never told of conversations. */
    public static ChatFormat transcript(Tokenizer tokenizer) {
        return new ChatFormat(of(TRANSCRIPT, "the transcript", tokenizer).template(), List.of("\nUser:"));
    }
}
