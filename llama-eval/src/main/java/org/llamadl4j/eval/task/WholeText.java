package org.llamadl4j.eval.task;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.metric.Aggregation;
import org.llamadl4j.eval.metric.Measurement;
import org.llamadl4j.eval.metric.Metric;
import org.llamadl4j.eval.metric.Rule;
import org.llamadl4j.eval.request.Likelihood;
import org.llamadl4j.eval.request.RollingLogLikelihood;

/** Asks how likely whole texts are: the harness's perplexities, and nats per token and byte. */
@RequiredArgsConstructor
public final class WholeText implements Asking {

    private static final Metric WORD_PERPLEXITY =
            Metric.harness("word_perplexity").lowerIsBetter().by(Aggregation.PERPLEXITY);
    private static final Metric BYTE_PERPLEXITY =
            Metric.harness("byte_perplexity").lowerIsBetter().by(Aggregation.PERPLEXITY);
    private static final Metric BITS_PER_BYTE =
            Metric.harness("bits_per_byte").lowerIsBetter().by(Aggregation.BITS);
    private static final Metric NATS_PER_BYTE =
            Metric.harness("nats_per_byte").lowerIsBetter().by(Aggregation.RATIO);
    private static final Metric NATS_PER_TOKEN =
            Metric.harness("nats_per_token").lowerIsBetter().by(Aggregation.RATIO);

    /** The text of a row. */
    private final Function<Row, String> text;

    @Override
    public Set<Rule> rules() {
        return Set.of(Rule.HARNESS);
    }

    @Override
    public String target(Row row) {
        return "";
    }

    @Override
    public String example(Row row, Rule rule) {
        return text.apply(row);
    }

    @Override
    public Asked ask(Row row, Rule rule, String before, TaskSettings settings) {
        String whole = before + text.apply(row);
        return new Asked(
                List.of(new RollingLogLikelihood(whole)), responses -> score(whole, (Likelihood) responses.get(0)));
    }

    private static Scored score(String text, Likelihood likelihood) {
        double nats = -likelihood.logLikelihood();
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        // As the harness counts: what white space parts, nothing before the first and behind the last among it.
        int words = text.split("\\s+", -1).length;
        Map<Metric, Measurement> measurements = new LinkedHashMap<>();
        measurements.put(WORD_PERPLEXITY, new Measurement(nats, words));
        measurements.put(BYTE_PERPLEXITY, new Measurement(nats, bytes));
        measurements.put(BITS_PER_BYTE, new Measurement(nats, bytes));
        measurements.put(NATS_PER_BYTE, new Measurement(nats, bytes));
        measurements.put(NATS_PER_TOKEN, new Measurement(nats, likelihood.tokens()));
        return new Scored(measurements, Map.of());
    }
}
