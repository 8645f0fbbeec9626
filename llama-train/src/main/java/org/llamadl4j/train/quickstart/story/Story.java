package org.llamadl4j.train.quickstart.story;

import java.nio.charset.StandardCharsets;

/**
 * A text and what it costs to predict it.
 *
 * @param text the story; its end follows from it
 * @param nats exactly -ln of its probability: the fewest nats that any model can be charged for it on average
 * @param forgetfulNats what a reader pays who knows the grammar but forgets at each full stop what names, colours and
 *     things the story is about; the difference to {@code nats} is what attention has to earn
 */
public record Story(String text, double nats, double forgetfulNats) {

    /** Length in UTF-8. */
    public int bytes() {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
