package org.llamadl4j.model.chat;

import java.util.Optional;
import org.llamadl4j.model.generate.StopReason;

/**
 * What a model answered.
 *
 * @param text as it came
 * @param tokens how many it took
 * @param stopReason why it ended; empty if it was interrupted
 */
public record Answer(String text, int tokens, Optional<StopReason> stopReason) {}
