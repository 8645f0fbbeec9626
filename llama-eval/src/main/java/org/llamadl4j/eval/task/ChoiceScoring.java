package org.llamadl4j.eval.task;

import java.util.List;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;
import org.llamadl4j.eval.request.Likelihood;
import org.llamadl4j.eval.request.LogLikelihood;

/** What the likelihoods of all answers to a question are worth. */
public enum ChoiceScoring {

    /** 1 if the likeliest answer is right: the harness's {@code acc}. */
    LIKELIEST {
        @Override
        double score(ChoiceQuestion question, Answers answers) {
            return right(question, chosen(question, answers));
        }

        @Override
        OptionalInt chosen(ChoiceQuestion question, Answers answers) {
            return highest(question, i -> answers.conditional(i).logLikelihood());
        }
    },

    /** The same with ln P(answer | context) / characters: the paper's rule, and the harness's {@code acc_norm}. */
    PER_CHARACTER {
        @Override
        double score(ChoiceQuestion question, Answers answers) {
            return right(question, chosen(question, answers));
        }

        @Override
        OptionalInt chosen(ChoiceQuestion question, Answers answers) {
            return highest(
                    question,
                    i -> answers.conditional(i).logLikelihood()
                            / question.choices().get(i).characters());
        }
    },

    /** The same with P(answer | context) / P(answer | "Answer:"): the paper's rule for OpenBookQA and BoolQ. */
    AGAINST_UNCONDITIONAL {
        @Override
        List<LogLikelihood> unconditional(ChoiceQuestion question) {
            return question.choices().stream()
                    .map(choice -> new LogLikelihood("Answer:", choice.continuation()))
                    .toList();
        }

        @Override
        double score(ChoiceQuestion question, Answers answers) {
            return right(question, chosen(question, answers));
        }

        @Override
        OptionalInt chosen(ChoiceQuestion question, Answers answers) {
            return highest(
                    question,
                    i -> answers.conditional(i).logLikelihood()
                            - answers.unconditional(i).logLikelihood());
        }
    },

    /** How much of the probability of all answers the right ones have: TruthfulQA's MC2. */
    SHARE_OF_RIGHT {
        @Override
        double score(ChoiceQuestion question, Answers answers) {
            int count = question.choices().size();
            double highest = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < count; i++) {
                highest = Math.max(highest, answers.conditional(i).logLikelihood());
            }
            double all = 0;
            double right = 0;
            for (int i = 0; i < count; i++) {
                double probability = Math.exp(answers.conditional(i).logLikelihood() - highest);
                all += probability;
                right += question.right().contains(i) ? probability : 0;
            }
            return right / all;
        }
    },

    /** 1 if the first of two is likelier than the second: the harness's {@code pct_stereotype}. */
    FIRST_LIKELIER {
        @Override
        double score(ChoiceQuestion question, Answers answers) {
            return answers.conditional(0).logLikelihood()
                            > answers.conditional(1).logLikelihood()
                    ? 1
                    : 0;
        }
    },

    /** 1 if the first of two has the lower perplexity: the paper's rule for CrowS-Pairs. */
    FIRST_LESS_PERPLEXING {
        @Override
        double score(ChoiceQuestion question, Answers answers) {
            return perToken(answers.conditional(0)) > perToken(answers.conditional(1)) ? 1 : 0;
        }

        private double perToken(Likelihood likelihood) {
            return likelihood.logLikelihood() / likelihood.tokens();
        }
    },

    /** How far apart the log-likelihoods of two are: the harness's {@code likelihood_diff}. */
    DIFFERENCE {
        @Override
        double score(ChoiceQuestion question, Answers answers) {
            return Math.abs(answers.conditional(0).logLikelihood()
                    - answers.conditional(1).logLikelihood());
        }
    };

    /** Likelihoods of all answers. */
    record Answers(List<Likelihood> conditional, List<Likelihood> unconditional) {

        Likelihood conditional(int index) {
            return conditional.get(index);
        }

        Likelihood unconditional(int index) {
            return unconditional.get(index);
        }
    }

    /** What has to be known besides, one request for each answer; nothing for most. */
    List<LogLikelihood> unconditional(ChoiceQuestion question) {
        return List.of();
    }

    abstract double score(ChoiceQuestion question, Answers answers);

    /** The answer that counts as given, if one does. */
    OptionalInt chosen(ChoiceQuestion question, Answers answers) {
        return OptionalInt.empty();
    }

    private static double right(ChoiceQuestion question, OptionalInt chosen) {
        return question.right().contains(chosen.getAsInt()) ? 1 : 0;
    }

    /** The first with the highest value. */
    private static OptionalInt highest(ChoiceQuestion question, ToDoubleFunction<Integer> value) {
        int best = 0;
        for (int i = 1; i < question.choices().size(); i++) {
            if (value.applyAsDouble(i) > value.applyAsDouble(best)) {
                best = i;
            }
        }
        return OptionalInt.of(best);
    }
}
