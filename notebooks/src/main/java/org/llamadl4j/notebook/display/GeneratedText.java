package org.llamadl4j.notebook.display;

import java.util.Map;

/**
 * A prompt, and what a model made of it.
 *
 * @param prompt set off from what follows
 * @param continuation without the prompt
 * @param ending why the text ends there
 */
public record GeneratedText(String prompt, String continuation, String ending) implements Display {

    @Override
    public Map<String, String> data() {
        return Map.of(
                HTML,
                "<div style=\"max-width:46em;white-space:pre-wrap\"><b>%s</b>%s <i style=\"color:#888\">[%s]</i></div>"
                        .formatted(Html.escape(prompt), Html.escape(continuation), Html.escape(ending)));
    }

    @Override
    public String toString() {
        return prompt + continuation;
    }
}
