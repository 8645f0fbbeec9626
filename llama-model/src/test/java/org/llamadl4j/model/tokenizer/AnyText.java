package org.llamadl4j.model.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Arbitrary text, with much of what is hard: runs of spaces, U+2581 itself, control characters, emoji, any script. */
final class AnyText {

    private AnyText() {}

    static Arbitrary<String> texts() {
        return fragments().list().ofMaxSize(40).map(fragments -> String.join("", fragments));
    }

    private static Arbitrary<String> fragments() {
        Arbitrary<String> words = Arbitraries.of(
                "the", "Hello", " world", "ing", "n't", " I", "1984", "3.14", "</s>", "<s>", "<unk>", "<0x0A>", "\r\n");
        Arbitrary<String> spaces =
                Arbitraries.strings().withChars(' ', '\u2581').ofMinLength(1).ofMaxLength(20);
        Arbitrary<String> ascii = Arbitraries.integers().between(1, 0x7F).map(Character::toString);
        Arbitrary<String> letters =
                Arbitraries.strings().withChars("aeions t").ofMinLength(1).ofMaxLength(30);
        Arbitrary<String> emoji = Arbitraries.of("😀", "👩‍👩‍👧", "🇩🇪", "✌🏽", "☺️");
        Arbitrary<String> common = Arbitraries.integers().between(0x80, 0x30FF).map(Character::toString);
        Arbitrary<String> any = Arbitraries.integers()
                .between(1, Character.MAX_CODE_POINT)
                .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
                .map(Character::toString);
        Arbitrary<String> edges = Arbitraries.of("\uFFFD", "\uFEFF", "\uFFFF", "\u0301", "\u2585", "\u200B", "中文", "é");
        return Arbitraries.oneOf(words, spaces, ascii, letters, emoji, common, any, edges);
    }

    /** The same text in pieces, cut anywhere but inside a surrogate pair. */
    static List<String> cut(String text, Random random, int longest) {
        int[] codePoints = text.codePoints().toArray();
        List<String> parts = new ArrayList<>();
        for (int start = 0; start < codePoints.length; ) {
            int end = Math.min(codePoints.length, start + random.nextInt(longest + 1));
            parts.add(Arrays.stream(codePoints, start, end)
                    .mapToObj(Character::toString)
                    .collect(Collectors.joining()));
            start = end;
        }
        return parts;
    }
}
