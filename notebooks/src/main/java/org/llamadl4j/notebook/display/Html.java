package org.llamadl4j.notebook.display;

import java.util.regex.Pattern;
import lombok.experimental.UtilityClass;

/** Text as part of an HTML page. */
@UtilityClass
class Html {

    /** Control characters but for those that lay out a text; a model that has learnt nothing writes them too. */
    private final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}&&[^\n\t]]");

    /** {@code text} as it is, whatever characters it has. */
    String escape(String text) {
        return CONTROL.matcher(text)
                .replaceAll("\ufffd")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                // Notebooks typeset what stands between two of these as a formula.
                .replace("$", "<span>&#36;</span>");
    }
}
