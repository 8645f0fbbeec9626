package org.llamadl4j.model.chat;

/**
 * One thing said.
 *
 * @param role who says it: {@link #SYSTEM}, {@link #USER}, {@link #ASSISTANT}, or what else a template knows
 * @param content what
 */
public record ChatMessage(String role, String content) {

    /** Instructions, before everything else. */
    public static final String SYSTEM = "system";

    /** Whoever asks. */
    public static final String USER = "user";

    /** The model. */
    public static final String ASSISTANT = "assistant";

    public static ChatMessage system(String content) {
        return new ChatMessage(SYSTEM, content);
    }

    public static ChatMessage user(String content) {
        return new ChatMessage(USER, content);
    }

    public static ChatMessage assistant(String content) {
        return new ChatMessage(ASSISTANT, content);
    }
}
