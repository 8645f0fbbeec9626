package org.llamadl4j.model.chat;

import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.llamadl4j.model.error.UserError;

/**
 * How a model wants a conversation written: the Jinja template of its {@code tokenizer_config.json} or GGUF file. It is code
 * that came with the model, and is rendered without access to anything but the messages, within bounds of time and memory.
 */
public final class ChatTemplate {

    private final JinjaTemplate template;
    private final String place;
    private final String bos;
    private final String eos;

    private ChatTemplate(JinjaTemplate template, String place, String bos, String eos) {
        this.template = template;
        this.place = place;
        this.bos = bos;
        this.eos = eos;
    }

    /**
     * @param template in Jinja
     * @param place where it comes from, for messages
     * @param bos the text of the piece that begins a text, which templates write themselves
     * @param eos the text of the piece that ends one
     * @throws UserError if the template is not well-formed, or uses what is not there
     */
    public static ChatTemplate of(String template, String place, String bos, String eos) {
        return of(template, place, bos, eos, Clock.systemDefaultZone());
    }

    /** @param clock for {@code strftime_now} */
    static ChatTemplate of(String template, String place, String bos, String eos, Clock clock) {
        try {
            return new ChatTemplate(new JinjaTemplate(template, clock), place, bos, eos);
        } catch (TemplateException e) {
            throw error(place, e);
        }
    }

    /**
     * The text of a conversation, with the model's special pieces in it: to be encoded so that they are recognised, and
     * without another beginning.
     *
     * @param addGenerationPrompt whether the text ends where the model's answer begins
     * @throws UserError if the template cannot render these messages, with the reason that it gives
     */
    public String render(List<ChatMessage> messages, boolean addGenerationPrompt) {
        List<Map<String, Object>> values = new ArrayList<>();
        for (ChatMessage message : messages) {
            values.add(Map.of("role", message.role(), "content", message.content()));
        }
        Map<String, Object> variables = new HashMap<>();
        variables.put("messages", values);
        variables.put("bos_token", bos);
        variables.put("eos_token", eos);
        variables.put("add_generation_prompt", addGenerationPrompt);
        try {
            return template.render(variables);
        } catch (TemplateException e) {
            throw error(place, e);
        }
    }

    private static UserError error(String place, TemplateException e) {
        if (e.isRaised()) {
            return UserError.failed(e, "the chat template of %s refuses this conversation: %s", place, e.getMessage());
        }
        String line = e.line() > 0 ? " (line %d of it)".formatted(e.line()) : "";
        return UserError.failed(e, "the chat template of %s cannot be used: %s%s", place, e.getMessage(), line);
    }
}
