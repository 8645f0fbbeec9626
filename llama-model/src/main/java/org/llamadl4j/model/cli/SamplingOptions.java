package org.llamadl4j.model.cli;

import java.util.concurrent.ThreadLocalRandom;
import org.llamadl4j.model.generate.GenerationOptions;
import picocli.CommandLine.Option;

/** How a command draws tokens. */
public final class SamplingOptions {

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "0.8",
            description = "0 takes the likeliest token, 1 samples as the model says (default ${DEFAULT-VALUE}).")
    private double temperature;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            defaultValue = "0.95",
            description = "Sample from the likeliest tokens that make up this probability (default ${DEFAULT-VALUE}).")
    private double topP;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            defaultValue = "0",
            description = "Sample from the K likeliest tokens; 0 for no limit (default ${DEFAULT-VALUE}).")
    private int topK;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            defaultValue = "0",
            description = "Sample from tokens at least P times as likely as the likeliest; 0 for no limit"
                    + " (default ${DEFAULT-VALUE}).")
    private double minP;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "R",
            defaultValue = "1",
            description = "Over 1, tokens of the prompt and the text become less likely; 1 for none"
                    + " (default ${DEFAULT-VALUE}).")
    private double repetitionPenalty;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "The same seed gives the same text (default: another each time).")
    private Long seed;

    /** These options; what ends a text is still to be said. */
    GenerationOptions.GenerationOptionsBuilder toBuilder() {
        return GenerationOptions.builder()
                .temperature(temperature)
                .topK(topK)
                .topP(topP)
                .minP(minP)
                .repetitionPenalty(repetitionPenalty)
                .seed(seed != null ? seed : ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE));
    }
}
