package org.llamadl4j.model.chat;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.tag.Tag;
import com.hubspot.jinjava.tree.TagNode;
import lombok.RequiredArgsConstructor;

/** Whether a template has just said {@code break} or {@code continue}. */
final class LoopExit {

    private boolean bodyLeft;
    private boolean loopLeft;

    void reset() {
        bodyLeft = false;
        loopLeft = false;
    }

    /** Whether the rest of a loop's body is left out. */
    boolean leavesBody() {
        return bodyLeft;
    }

    /** Whether the loop whose body has ended is over; asked once a body. */
    boolean leavesLoop() {
        boolean left = loopLeft;
        reset();
        return left;
    }

    Tag breakTag() {
        return new ExitTag("break", this);
    }

    Tag continueTag() {
        return new ExitTag("continue", this);
    }

    @RequiredArgsConstructor
    private static final class ExitTag implements Tag {

        private static final long serialVersionUID = 1L;

        private final String name;
        private final transient LoopExit exit;

        @Override
        public String getName() {
            return name;
        }

        @Override
        public String getEndTagName() {
            return null;
        }

        @Override
        public String interpret(TagNode node, JinjavaInterpreter interpreter) {
            exit.bodyLeft = true;
            exit.loopLeft = name.equals("break");
            return "";
        }
    }
}
