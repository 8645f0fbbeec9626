package org.llamadl4j.eval.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.code.CodeRunner;
import org.llamadl4j.eval.code.Verdict;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.metric.Measurement;
import org.llamadl4j.eval.metric.Metric;
import org.llamadl4j.eval.metric.PassAtK;

/** What HumanEval and MBPP have in common: programs that are run. */
@UtilityClass
class Programs {

    private static final String NO_RUNNER = "programs are saved, and not run unless that is allowed";

    /** As Chen et al. (2021) sample. */
    private static final double TOP_P = 0.95;

    /** The paper's temperature for one try. */
    private static final double ONE_TRY = 0.1;

    /** The paper's temperature for the best of many. */
    private static final double MANY_TRIES = 0.8;

    /** How a text of the model becomes a program. */
    interface Assembly {
        /** The whole program, tests and all. */
        String program(Row row, String text);
    }

    /**
     * The paper's scores: pass@1 of samples at a low temperature and, for each of {@code tries} that there are samples
     * enough for, pass@k of samples at a high one.
     */
    List<TextScoring> paper(Draw greedy, Assembly assembly, List<Integer> tries, TaskSettings settings) {
        List<TextScoring> ways = new ArrayList<>();
        Draw low = greedy.sampled(ONE_TRY, TOP_P, settings.samples());
        ways.add(scoring(low, assembly, List.of(1), k -> Metric.paper("pass@" + k), settings));
        List<Integer> possible =
                tries.stream().filter(k -> k <= settings.samples()).toList();
        if (!possible.isEmpty()) {
            Draw high = greedy.sampled(MANY_TRIES, TOP_P, settings.samples());
            ways.add(scoring(high, assembly, possible, k -> Metric.paper("pass@" + k), settings));
        }
        return ways;
    }

    /** The harness's score: pass@1 of the likeliest program, as {@code metric}. */
    List<TextScoring> harness(Draw greedy, Assembly assembly, Metric metric, TaskSettings settings) {
        return List.of(scoring(greedy, assembly, List.of(1), k -> metric, settings));
    }

    private TextScoring scoring(
            Draw draw,
            Assembly assembly,
            List<Integer> tries,
            Function<Integer, Metric> metric,
            TaskSettings settings) {
        if (settings.codeRunner().isEmpty()) {
            return TextScoring.saved(draw, NO_RUNNER);
        }
        CodeRunner runner = settings.codeRunner().get();
        return TextScoring.of(draw, (row, question, texts) -> {
            List<Verdict> verdicts = texts.stream()
                    .map(text -> runner.run(assembly.program(row, text)))
                    .toList();
            int passed = (int) verdicts.stream().filter(Verdict::passed).count();
            List<String> told = verdicts.stream().map(Programs::told).toList();
            return Scored.all(tries.stream()
                    .map(k ->
                            Scored.of(metric.apply(k), Measurement.of(PassAtK.estimate(texts.size(), passed, k)), told))
                    .toList());
        });
    }

    private String told(Verdict verdict) {
        String outcome = verdict.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return verdict.message().isEmpty() ? outcome : outcome + ": " + verdict.message();
    }
}
