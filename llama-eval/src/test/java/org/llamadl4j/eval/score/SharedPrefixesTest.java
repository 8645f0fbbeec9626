package org.llamadl4j.eval.score;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class SharedPrefixesTest {

    private static TokenSequence sequence(int... tokens) {
        return new TokenSequence(tokens, tokens.length - 1);
    }

    @Test
    void answersTakeTheirQuestionFromTheFirst() {
        SharedPrefixes prefixes = new SharedPrefixes(
                List.of(sequence(1, 2, 3, 4, 5, 9), sequence(1, 2, 3, 4, 6, 9), sequence(1, 2, 3, 4, 7, 9)));
        assertThat(IntStream.range(0, 3).map(prefixes::parent)).containsExactly(SharedPrefixes.NO_PARENT, 0, 0);
        assertThat(IntStream.range(0, 3).map(prefixes::shared)).containsExactly(0, 4, 4);
        assertThat(IntStream.range(0, 3).map(prefixes::stage)).containsExactly(0, 1, 1);
        assertThat(prefixes.owner(2, 3)).isZero();
        assertThat(prefixes.owner(2, 4)).isEqualTo(2);
    }

    @Test
    void aFewTokensInCommonAreNotWaitedFor() {
        int[] first = IntStream.range(0, 40).toArray();
        int[] second = first.clone();
        second[15] = 99;
        assertThat(new SharedPrefixes(List.of(sequence(first), sequence(second))).parent(1))
                .isEqualTo(SharedPrefixes.NO_PARENT);
        second[15] = 15;
        second[16] = 99;
        assertThat(new SharedPrefixes(List.of(sequence(first), sequence(second))).parent(1))
                .isZero();
    }

    /** Whoever computes a row of a sequence has the same tokens up to it, is computed before, and has that row of its own. */
    @Property(tries = 200)
    void ownersComputeTheSameRowsEarlier(@ForAll Random random) {
        List<TokenSequence> sequences = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            int[] tokens = random.ints(2 + random.nextInt(40), 0, 2).toArray();
            if (i > 0 && random.nextBoolean()) {
                int[] other = sequences.get(random.nextInt(i)).tokens();
                int common = Math.min(other.length, tokens.length) * random.nextInt(4) / 3;
                System.arraycopy(other, 0, tokens, 0, common);
            }
            sequences.add(sequence(tokens));
        }
        sequences.sort(Comparator.comparing(TokenSequence::tokens, Arrays::compare));
        SharedPrefixes prefixes = new SharedPrefixes(sequences);
        for (int i = 0; i < sequences.size(); i++) {
            for (int row = 0; row < sequences.get(i).rows(); row++) {
                int owner = prefixes.owner(i, row);
                assertThat(Arrays.equals(
                                sequences.get(i).tokens(),
                                0,
                                row + 1,
                                sequences.get(owner).tokens(),
                                0,
                                row + 1))
                        .isTrue();
                assertThat(row)
                        .isBetween(prefixes.shared(owner), sequences.get(owner).rows() - 1);
                assertThat(owner == i || prefixes.stage(owner) < prefixes.stage(i))
                        .isTrue();
            }
        }
    }
}
