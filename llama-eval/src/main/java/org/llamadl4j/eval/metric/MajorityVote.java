package org.llamadl4j.eval.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import lombok.experimental.UtilityClass;

/** The answer that most of several samples come to (Wang et al., 2022; maj1@k of Lewkowycz et al., 2022). */
@UtilityClass
public class MajorityVote {

    /**
     * The answer of the most votes; of several with as many, the one given first. Samples without an answer do not vote.
     *
     * @param same whether two answers are the same
     * @return empty if no sample has an answer
     */
    public <T> Optional<T> winner(List<Optional<T>> answers, BiPredicate<T, T> same) {
        List<T> candidates = new ArrayList<>();
        List<Integer> votes = new ArrayList<>();
        for (Optional<T> answer : answers) {
            if (answer.isEmpty()) {
                continue;
            }
            int candidate = 0;
            while (candidate < candidates.size() && !same.test(candidates.get(candidate), answer.get())) {
                candidate++;
            }
            if (candidate == candidates.size()) {
                candidates.add(answer.get());
                votes.add(0);
            }
            votes.set(candidate, votes.get(candidate) + 1);
        }
        Optional<T> winner = Optional.empty();
        int most = 0;
        for (int i = 0; i < candidates.size(); i++) {
            if (votes.get(i) > most) {
                most = votes.get(i);
                winner = Optional.of(candidates.get(i));
            }
        }
        return winner;
    }
}
