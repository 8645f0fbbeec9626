package org.llamadl4j.eval.score;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TextWindowsTest {

    /** Inputs, targets and the first target that counts, of a document of tokens 0 to {@code length - 1}. */
    private static List<String> windows(int context, int stride, int... lengths) {
        List<String> windows = new ArrayList<>();
        TextWindows cutter = new TextWindows(context, stride, window -> {
            int[] inputs = Arrays.copyOf(window.tokens(), window.length());
            int[] targets = Arrays.copyOfRange(window.tokens(), window.firstScored() + 1, window.length() + 1);
            windows.add(Arrays.toString(inputs) + " -> " + Arrays.toString(targets));
        });
        for (int length : lengths) {
            IntStream.range(0, length).forEach(cutter::append);
            cutter.finish();
        }
        return windows;
    }

    @Test
    void doNotOverlapByDefault() {
        assertThat(windows(3, 3, 8)).containsExactly("[0, 1, 2] -> [1, 2, 3]", "[3, 4, 5] -> [4, 5, 6]", "[6] -> [7]");
        assertThat(windows(3, 3, 7)).containsExactly("[0, 1, 2] -> [1, 2, 3]", "[3, 4, 5] -> [4, 5, 6]");
    }

    @Test
    void scoreOnlyWhatIsNewWhereTheyOverlap() {
        assertThat(windows(4, 2, 8))
                .containsExactly("[0, 1, 2, 3] -> [1, 2, 3, 4]", "[2, 3, 4, 5] -> [5, 6]", "[4, 5, 6] -> [7]");
    }

    @Test
    void beginAnewWithEachDocument() {
        assertThat(windows(3, 3, 2, 5, 3))
                .containsExactly("[0] -> [1]", "[0, 1, 2] -> [1, 2, 3]", "[3] -> [4]", "[0, 1] -> [1, 2]");
    }

    @Property
    void predictEveryTokenButTheFirstOnce(
            @ForAll @IntRange(min = 1, max = 9) int context,
            @ForAll @IntRange(min = 1, max = 9) int stride,
            @ForAll @IntRange(min = 1, max = 60) int length) {
        int step = Math.min(stride, context);
        List<Integer> predicted = new ArrayList<>();
        TextWindows cutter = new TextWindows(context, step, window -> {
            assertThat(window.length()).isLessThanOrEqualTo(context);
            for (int i = window.firstScored(); i < window.length(); i++) {
                assertThat(window.tokens()[i + 1]).isEqualTo(window.tokens()[i] + 1);
                // At least context - stride tokens before it, or all.
                assertThat(i + 1).isGreaterThanOrEqualTo(Math.min(window.tokens()[i + 1], context - step + 1));
                predicted.add(window.tokens()[i + 1]);
            }
        });
        IntStream.range(0, length).forEach(cutter::append);
        cutter.finish();
        assertThat(predicted).isEqualTo(IntStream.range(1, length).boxed().toList());
    }
}
