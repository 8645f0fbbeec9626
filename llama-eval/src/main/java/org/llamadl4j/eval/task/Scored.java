package org.llamadl4j.eval.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.llamadl4j.eval.metric.Measurement;
import org.llamadl4j.eval.metric.Metric;

/**
 * What the answers to one question are worth.
 *
 * @param measurements for each metric; none where nobody can tell
 * @param extracted what was taken for the answer: for each metric's key one text, or one for each sample
 */
public record Scored(Map<Metric, Measurement> measurements, Map<String, List<String>> extracted) {

    /** One measurement, of one answer. */
    public static Scored of(Metric metric, Measurement measurement, String extracted) {
        return of(metric, measurement, List.of(extracted));
    }

    /** One measurement, of several answers. */
    public static Scored of(Metric metric, Measurement measurement, List<String> extracted) {
        return new Scored(Map.of(metric, measurement), Map.of(metric.key(), extracted));
    }

    /** All of {@code parts} in their order. */
    public static Scored all(List<Scored> parts) {
        Map<Metric, Measurement> measurements = new LinkedHashMap<>();
        Map<String, List<String>> extracted = new LinkedHashMap<>();
        for (Scored part : parts) {
            measurements.putAll(part.measurements);
            extracted.putAll(part.extracted);
        }
        return new Scored(measurements, extracted);
    }
}
