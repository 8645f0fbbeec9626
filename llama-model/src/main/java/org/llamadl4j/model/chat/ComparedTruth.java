package org.llamadl4j.model.chat;

import com.hubspot.jinjava.util.HasObjectTruthValue;
import lombok.RequiredArgsConstructor;

/**
 * {@code true} or {@code false} beside {@code ==} or {@code !=}. To Jinjava an empty string and {@code false} are the same, and
 * a template that asks {@code system != false} would lose an empty system message. (Not an enum: to Jinjava the names of its
 * constants are its constants.)
 */
@RequiredArgsConstructor
final class ComparedTruth implements HasObjectTruthValue {

    private final boolean value;

    @Override
    public boolean getObjectTruthValue() {
        return value;
    }

    /** What no string is equal to. */
    @Override
    public String toString() {
        return "\0" + value;
    }
}
