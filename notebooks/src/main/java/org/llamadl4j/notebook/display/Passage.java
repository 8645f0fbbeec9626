package org.llamadl4j.notebook.display;

import java.util.Map;

/** Running text, with its line breaks. */
public record Passage(String text) implements Display {

    @Override
    public Map<String, String> data() {
        return Map.of(HTML, "<div style=\"max-width:46em;white-space:pre-wrap\">%s</div>".formatted(Html.escape(text)));
    }

    @Override
    public String toString() {
        return text;
    }
}
