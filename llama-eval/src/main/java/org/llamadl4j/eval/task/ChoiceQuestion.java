package org.llamadl4j.eval.task;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A question with answers to choose from.
 *
 * @param choices the answers, each with what stands before it
 * @param right which are right, counted from 0
 */
public record ChoiceQuestion(List<Choice> choices, Set<Integer> right) {

    public ChoiceQuestion {
        choices = List.copyOf(choices);
        right = Set.copyOf(new TreeSet<>(right));
        int count = choices.size();
        if (right.isEmpty() || right.stream().anyMatch(index -> index < 0 || index >= count)) {
            throw new IllegalArgumentException("right answers %s of %d".formatted(right, count));
        }
    }

    /**
     * One answer.
     *
     * @param context what stands before it
     * @param continuation what is scored, with the space before it
     * @param counted the text whose characters count: the continuation without that space
     * @param shown the answer, for people
     */
    public record Choice(String context, String continuation, String counted, String shown) {

        /** The number of characters, that is of code points. */
        int characters() {
            return counted.codePointCount(0, counted.length());
        }
    }

    /** {@code prompt}, and after it a space and one of {@code answers}, of which number {@code right} is right. */
    public static ChoiceQuestion of(String prompt, List<String> answers, int right) {
        return of(prompt, answers, Set.of(right));
    }

    /** The same with several right answers. */
    public static ChoiceQuestion of(String prompt, List<String> answers, Set<Integer> right) {
        return new ChoiceQuestion(
                answers.stream()
                        .map(answer -> new Choice(prompt, " " + answer, answer, answer))
                        .toList(),
                right);
    }

    /** One of {@code contexts}, and after it a space and always the same {@code continuation}. */
    public static ChoiceQuestion ofContexts(List<String> contexts, String continuation, int right) {
        return new ChoiceQuestion(
                contexts.stream()
                        .map(context ->
                                new Choice(context, " " + continuation, continuation, context + " " + continuation))
                        .toList(),
                Set.of(right));
    }

    /** One of {@code texts}, with nothing before it. */
    public static ChoiceQuestion ofTexts(List<String> texts, int right) {
        return new ChoiceQuestion(
                texts.stream().map(text -> new Choice("", text, text, text)).toList(), Set.of(right));
    }

    /** The first right answer. */
    Choice answer() {
        return choices.get(IntStream.range(0, choices.size())
                .filter(right::contains)
                .findFirst()
                .orElseThrow());
    }
}
