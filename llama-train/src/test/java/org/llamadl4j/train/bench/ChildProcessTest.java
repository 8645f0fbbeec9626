package org.llamadl4j.train.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.llamadl4j.model.error.UserError;

@Isolated
class ChildProcessTest {

    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void capture() {
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void release() {
        System.setErr(standardError);
    }

    /** Counts its turns. Before and between its answers Java says what nobody asked for, as a flight recorder does. */
    static final class Talkative {

        private int turns;

        public static void main(String[] arguments) {
            Talkative self = new Talkative();
            System.out.println("[0.4s][info][jfr,startup] Started recording 1.");
            Participant participant = new Participant() {
                @Override
                public void warmUp() {
                    System.out.println("{\"turns\":-1}");
                }

                @Override
                public void measure() {
                    self.turns++;
                    System.out.print("a line that nobody ends ");
                }
            };
            ChildProcess.serve(participant, () -> new Turns(self.turns), System.in, System.out);
        }
    }

    record Turns(int turns) {}

    /** Ends at once. */
    static final class Refusing {
        public static void main(String[] arguments) {
            System.out.println("ERROR: transport error 202: bind failed");
        }
    }

    @Test
    void whatJavaPrintsIsNoAnswer() {
        try (ChildProcess child = ChildProcess.start("a talkative process", Talkative.class, "job")) {
            child.warmUp();
            child.measure();
            child.measure();

            assertThat(child.result(Turns.class)).isEqualTo(new Turns(2));
        }
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("Started recording 1.", "{\"turns\":-1}");
    }

    @Test
    void whatJavaSaysBeforeItEndsIsShown() {
        try (ChildProcess child = ChildProcess.start("a process that ends", Refusing.class, "job")) {
            assertThatThrownBy(child::measure)
                    .isInstanceOf(UserError.class)
                    .hasMessage("the process for a process that ends has ended; what it said is above");
        }
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("transport error 202");
    }
}
