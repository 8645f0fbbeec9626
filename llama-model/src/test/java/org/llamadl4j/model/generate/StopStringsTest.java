package org.llamadl4j.model.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class StopStringsTest {

    /** What is shown after each piece, and what at the end. */
    private static List<String> shown(List<String> strings, String... pieces) {
        StopStrings stops = new StopStrings(strings);
        List<String> shown = new ArrayList<>();
        for (String piece : pieces) {
            shown.add(stops.append(piece));
        }
        shown.add(stops.finish());
        return shown;
    }

    @Test
    void withoutAnyEverythingIsShownAtOnce() {
        assertThat(shown(List.of(), "a", "b\n")).containsExactly("a", "b\n", "");
    }

    @Test
    void whatMayBeginOneIsHeldBack() {
        assertThat(shown(List.of("\nQ:"), "yes", ".\n", "Q", "uite")).containsExactly("yes", ".", "", "\nQuite", "");
        assertThat(shown(List.of("aab"), "a", "a", "a", "c")).containsExactly("", "", "a", "aac", "");
    }

    @Test
    void whatWasHeldBackIsShownAtTheEnd() {
        assertThat(shown(List.of("\nQ:"), "yes\nQ")).containsExactly("yes", "\nQ");
    }

    @Test
    void theTextEndsBeforeTheFirst() {
        StopStrings stops = new StopStrings(List.of("def", "cd", "xyz"));
        assertThat(stops.append("ab")).isEqualTo("ab");
        assertThat(stops.append("c")).isEmpty();
        assertThat(stops.found()).isFalse();
        assertThat(stops.append("defg")).isEmpty();
        assertThat(stops.found()).isTrue();
        assertThat(stops.finish()).isEmpty();
    }

    /** However a text is cut, it is shown up to the first stop string, and nothing of that is ever shown. */
    @Property(tries = 500)
    void cutsDoNotMatter(
            @ForAll @StringLength(max = 30) @CharRange(from = 'a', to = 'c') String text,
            @ForAll @Size(min = 1, max = 3)
                    List<@StringLength(min = 1, max = 4) @CharRange(from = 'a', to = 'c') String> strings,
            @ForAll @IntRange(min = 1, max = 5) int length) {
        StopStrings stops = new StopStrings(strings);
        StringBuilder shown = new StringBuilder();
        int taken = 0;
        while (taken < text.length() && !stops.found()) {
            int end = Math.min(text.length(), taken + length);
            shown.append(stops.append(text.substring(taken, end)));
            taken = end;
        }
        shown.append(stops.finish());
        int first = strings.stream()
                .mapToInt(text::indexOf)
                .filter(index -> index >= 0)
                .min()
                .orElse(-1);
        assertThat(stops.found()).isEqualTo(first >= 0);
        if (first < 0) {
            assertThat(shown).hasToString(text);
            return;
        }
        // Of two that overlap, the one that is complete first ends the text.
        assertThat(text).startsWith(shown);
        assertThat(strings).noneMatch(string -> shown.indexOf(string) >= 0);
        assertThat(shown.length()).isGreaterThanOrEqualTo(first);
        assertThat(strings).anyMatch(string -> text.startsWith(string, shown.length()));
    }
}
