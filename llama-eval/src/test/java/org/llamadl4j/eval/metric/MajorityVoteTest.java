package org.llamadl4j.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class MajorityVoteTest {

    private static Optional<String> winner(String... answers) {
        List<Optional<String>> votes = Stream.of(answers)
                .map(answer -> Optional.of(answer).filter(a -> !a.isEmpty()))
                .toList();
        return MajorityVote.winner(votes, String::equalsIgnoreCase);
    }

    @Test
    void agreesWithCasesCountedByHand() {
        assertThat(winner("a", "b", "b")).contains("b");
        assertThat(winner("a", "b", "A", "b", "B", "a")).contains("a"); // 3 to 3: the first given
        assertThat(winner("c", "b", "B", "a")).contains("b");
        assertThat(winner("", "", "a")).contains("a"); // no answer is no vote
        assertThat(winner("", "")).isEmpty();
        assertThat(winner()).isEmpty();
    }

    @Property
    void noAnswerHasMoreVotesThanTheWinner(@ForAll List<@IntRange(max = 4) Integer> answers) {
        Optional<Integer> winner =
                MajorityVote.winner(answers.stream().map(Optional::of).toList(), Integer::equals);
        int votes = winner.map(answer -> Collections.frequency(answers, answer)).orElse(0);
        assertThat(answers).allMatch(answer -> Collections.frequency(answers, answer) <= votes);
        assertThat(winner.isPresent()).isEqualTo(!answers.isEmpty());
    }
}
