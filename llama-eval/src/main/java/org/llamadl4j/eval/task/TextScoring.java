package org.llamadl4j.eval.task;

import java.util.List;
import java.util.Optional;
import org.llamadl4j.eval.data.Row;

/**
 * One way to have a question answered by texts, and to score them.
 *
 * @param draw how the texts are generated
 * @param scorer what they are worth
 * @param notScored why nobody can tell, where that is so
 */
public record TextScoring(Draw draw, Scorer scorer, Optional<String> notScored) {

    /** What texts are worth. */
    @FunctionalInterface
    public interface Scorer {

        /** The worth of {@code texts}, as many as were drawn, for {@code row}. */
        Scored score(Row row, TextQuestion question, List<String> texts);
    }

    /** Texts that are scored. */
    public static TextScoring of(Draw draw, Scorer scorer) {
        return new TextScoring(draw, scorer, Optional.empty());
    }

    /** Texts that are only saved. */
    public static TextScoring saved(Draw draw, String why) {
        return new TextScoring(draw, (row, question, texts) -> Scored.all(List.of()), Optional.of(why));
    }
}
