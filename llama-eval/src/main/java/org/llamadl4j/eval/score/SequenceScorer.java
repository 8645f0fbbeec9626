package org.llamadl4j.eval.score;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.llamadl4j.eval.request.Likelihood;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.generate.DecoderPass;
import org.llamadl4j.model.generate.KvCache;
import org.llamadl4j.model.generate.Prediction;

/** Computes how likely ends of sequences are, rows of all of them in one pass, and rows that several share once. */
final class SequenceScorer {

    private final KvCache cache;
    private final DecoderPass pass;

    /** Over the cache of {@code pass}, whose sequences can wait for others that begin as they do. */
    SequenceScorer(DecoderPass pass) {
        this.pass = pass;
        cache = pass.cache();
    }

    /** How likely the end of each of {@code sequences} is, of which at most as many as the cache has sequences have rows of their own. */
    List<Likelihood> score(List<TokenSequence> sequences) {
        List<Integer> order = new ArrayList<>();
        IntStream.range(0, sequences.size()).forEach(order::add);
        order.sort(Comparator.comparing(index -> sequences.get(index).tokens(), Arrays::compare));
        Likelihood[] likelihoods = new Likelihood[sequences.size()];
        List<Likelihood> sorted = new Run(order.stream().map(sequences::get).toList()).score();
        for (int i = 0; i < likelihoods.length; i++) {
            likelihoods[order.get(i)] = sorted.get(i);
        }
        return List.of(likelihoods);
    }

    /** The computation of sequences that are sorted. */
    private final class Run {

        private final List<TokenSequence> sequences;
        private final SharedPrefixes prefixes;
        private final List<List<Integer>> askers = new ArrayList<>();
        private final int[] slots;
        private final int[] sequencesOfSlots;
        private final double[] sums;
        private final boolean[] greedy;

        Run(List<TokenSequence> sequences) {
            this.sequences = sequences;
            prefixes = new SharedPrefixes(sequences);
            slots = new int[sequences.size()];
            sequencesOfSlots = new int[cache.sequences()];
            sums = new double[sequences.size()];
            greedy = new boolean[sequences.size()];
            Arrays.fill(greedy, true);
            int used = 0;
            for (int i = 0; i < slots.length; i++) {
                askers.add(new ArrayList<>());
                if (hasOwnRows(i)) {
                    sequencesOfSlots[used] = i;
                    slots[i] = used++;
                }
                for (int ancestor = i; ancestor != SharedPrefixes.NO_PARENT; ancestor = prefixes.parent(ancestor)) {
                    askers.get(ancestor).add(i);
                }
            }
        }

        private boolean hasOwnRows(int index) {
            return sequences.get(index).rows() > prefixes.shared(index);
        }

        List<Likelihood> score() {
            int stages = 1
                    + IntStream.range(0, slots.length)
                            .map(prefixes::stage)
                            .max()
                            .orElse(-1);
            for (int stage = 0; stage < stages; stage++) {
                for (int i = 0; i < slots.length; i++) {
                    if (prefixes.stage(i) == stage && hasOwnRows(i)) {
                        add(i);
                    }
                }
                pass.run(this::accept);
            }
            return IntStream.range(0, slots.length)
                    .mapToObj(i -> new Likelihood(sums[i], sequences.get(i).scored(), greedy[i]))
                    .toList();
        }

        private void add(int index) {
            int slot = slots[index];
            int parent = prefixes.parent(index);
            if (parent == SharedPrefixes.NO_PARENT) {
                cache.truncate(slot, 0);
            } else {
                cache.fork(slots[parent], slot, prefixes.shared(index));
            }
            TokenSequence sequence = sequences.get(index);
            for (int row = prefixes.shared(index); row < sequence.rows(); row++) {
                if (pass.room() == 0) {
                    pass.run(this::accept);
                }
                pass.add(slot, sequence.tokens()[row], isAsked(index, row));
            }
        }

        /** Whether anybody wants to know what follows {@code row}, which sequence {@code owner} computes. */
        private boolean isAsked(int owner, int row) {
            return askers.get(owner).stream().anyMatch(asker -> asks(asker, owner, row));
        }

        private boolean asks(int asker, int owner, int row) {
            TokenSequence sequence = sequences.get(asker);
            return row >= sequence.firstScored() - 1 && row < sequence.rows() && prefixes.owner(asker, row) == owner;
        }

        private void accept(Prediction prediction) {
            int owner = sequencesOfSlots[prediction.sequence()];
            int row = prediction.position();
            int likeliest = prediction.likeliest();
            for (int asker : askers.get(owner)) {
                if (asks(asker, owner, row)) {
                    int token = sequences.get(asker).tokens()[row + 1];
                    double logProbability = prediction.logProbability(token);
                    if (!Double.isFinite(logProbability)) {
                        throw UserError.failed(
                                "the model's probability of token %d is not a number; its weights are broken", token);
                    }
                    sums[asker] += logProbability;
                    greedy[asker] &= token == likeliest;
                }
            }
        }
    }
}
