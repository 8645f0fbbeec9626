package org.llamadl4j.eval.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestTest {

    @Test
    void equalRequestsAreOne() {
        assertThat(new LogLikelihood("a", " b")).isEqualTo(new LogLikelihood("a", " b"));
        assertThat(new GenerateUntil("a", List.of("\n"), 5, Sampling.GREEDY))
                .isEqualTo(new GenerateUntil("a", List.of("\n"), 5, new Sampling(0, 1, 0, 0)))
                .isNotEqualTo(new GenerateUntil("a", List.of("\n"), 6, Sampling.GREEDY));
        assertThat(new Sampling(0.8, 0.95, 1, 0)).isNotEqualTo(new Sampling(0.8, 0.95, 1, 1));
    }

    @Test
    void aRequestNeverChanges() {
        List<String> stops = new ArrayList<>(List.of("\n"));
        GenerateUntil request = new GenerateUntil("a", stops, 5, Sampling.GREEDY);
        stops.add(".");
        assertThat(request.stops()).containsExactly("\n");
    }

    @Test
    void whatCannotBeAnsweredIsNoRequest() {
        assertThatIllegalArgumentException().isThrownBy(() -> new LogLikelihood("a", ""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new GenerateUntil("a", List.of("\n", ""), 5, Sampling.GREEDY));
        assertThatIllegalArgumentException().isThrownBy(() -> new GenerateUntil("a", List.of(), 0, Sampling.GREEDY));
        assertThatIllegalArgumentException().isThrownBy(() -> new Sampling(-1, 1, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Sampling(0.1, 0, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Likelihood(Double.NaN, 1, false));
    }
}
