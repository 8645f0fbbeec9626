package org.llamadl4j.model.generate;

/** Why a generated text ends where it does. */
public enum StopReason {
    /** The model ended it. */
    END_OF_TEXT,
    /** It has as many new tokens as were asked for. */
    LENGTH,
    /** The model's context is full: prompt and new tokens together are as long as what it was trained on. */
    CONTEXT,
    /** One of {@link GenerationOptions#stopStrings} would have come next. */
    STOP_STRING
}
