package org.llamadl4j.train.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TimedTaskTest {

    private int done;

    private final TimedTask task = new TimedTask(0, () -> done++);

    @Test
    void workThatIsLongEnoughIsDoneOnceARound() {
        new Rounds(2, 3).warmUp(List.of(task));
        assertThat(done).isEqualTo(2);

        new Rounds(2, 3).measure(List.of(task));
        assertThat(done).isEqualTo(5);
        assertThat(task.seconds().min()).isPositive();
    }

    @Test
    void shortWorkIsRepeated() {
        assertThat(TimedTask.repetitions(() -> {}, 0, 1)).isGreaterThan(1);
    }

    @Test
    void everyRoundIsEveryonesTurn() {
        StringBuilder turns = new StringBuilder();
        TimedTask a = new TimedTask(0, () -> turns.append('a'));
        TimedTask b = new TimedTask(0, () -> turns.append('b'));

        new Rounds(1, 3).measure(List.of(a, b));

        assertThat(turns).hasToString("ababab");
    }
}
