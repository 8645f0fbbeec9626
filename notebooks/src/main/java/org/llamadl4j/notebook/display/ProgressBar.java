package org.llamadl4j.notebook.display;

import java.util.Locale;
import java.util.Map;

/**
 * A bar, and a line below it.
 *
 * @param share how much is done, from 0 to 1
 * @param text what is to be said of it
 */
public record ProgressBar(double share, String text) implements Display {

    @Override
    public Map<String, String> data() {
        return Map.of(
                HTML,
                String.format(
                        Locale.ROOT,
                        "<div style=\"width:46em;max-width:100%%;background:#e8e8e8;border-radius:3px\">"
                                + "<div style=\"width:%.1f%%;height:6px;background:#2b6cb0;border-radius:3px\"></div></div>"
                                + "<div>%s</div>",
                        100 * share,
                        Html.escape(text)));
    }

    @Override
    public String toString() {
        return text;
    }
}
