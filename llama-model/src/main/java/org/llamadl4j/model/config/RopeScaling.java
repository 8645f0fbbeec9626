package org.llamadl4j.model.config;

import org.llamadl4j.model.error.UserError;

/** How the rotary frequencies of a model differ from θ^(-2i/K), so that it can read further than it first learned to. */
public sealed interface RopeScaling {

    /** No difference. */
    RopeScaling NONE = new None();

    /** What becomes of {@code frequency}, in radians a position. */
    double scale(double frequency);

    /** In one word: {@code none}, {@code linear:4}, {@code llama3:8:1:4:8192}. */
    String text();

    /**
     * What {@link #text} wrote.
     *
     * @throws UserError if it is something else
     */
    static RopeScaling parse(String text) {
        String[] parts = text.strip().split(":", -1);
        try {
            if (parts[0].equals("none") && parts.length == 1) {
                return NONE;
            }
            if (parts[0].equals("linear") && parts.length == 2) {
                return new Linear(Double.parseDouble(parts[1]));
            }
            if (parts[0].equals("llama3") && parts.length == 5) {
                return new Llama3(
                        Double.parseDouble(parts[1]),
                        Double.parseDouble(parts[2]),
                        Double.parseDouble(parts[3]),
                        Integer.parseInt(parts[4]));
            }
        } catch (NumberFormatException e) {
            throw wrongText(text);
        }
        throw wrongText(text);
    }

    private static UserError wrongText(String text) {
        return UserError.usage(
                "rotary scaling is '%s'; it is none, linear:FACTOR, or"
                        + " llama3:FACTOR:LOW_FREQ_FACTOR:HIGH_FREQ_FACTOR:ORIGINAL_CONTEXT, such as llama3:8:1:4:8192",
                text);
    }

    /** Frequencies as they are. */
    record None() implements RopeScaling {

        @Override
        public String text() {
            return "none";
        }

        @Override
        public double scale(double frequency) {
            return frequency;
        }
    }

    /**
     * Position interpolation (Chen et al., 2023): positions move closer together.
     *
     * @param factor what every frequency is divided by
     */
    record Linear(double factor) implements RopeScaling {

        public Linear {
            requirePositive("factor", factor);
        }

        @Override
        public String text() {
            return "linear:" + factor;
        }

        @Override
        public double scale(double frequency) {
            return frequency / factor;
        }
    }

    /**
     * That of Llama 3.1, as Meta's code has it: of frequencies that turn less than {@code lowFreqFactor} times in the
     * original context each is divided by {@code factor}; those that turn more than {@code highFreqFactor} times stay;
     * between the two it is a mean of both, weighted by the number of turns.
     *
     * @param factor what low frequencies are divided by
     * @param lowFreqFactor turns in the original context
     * @param highFreqFactor turns in the original context, more than {@code lowFreqFactor}
     * @param originalContextLength positions that the model was first trained for
     */
    record Llama3(double factor, double lowFreqFactor, double highFreqFactor, int originalContextLength)
            implements RopeScaling {

        public Llama3 {
            requirePositive("factor", factor);
            requirePositive("lowFreqFactor", lowFreqFactor);
            requirePositive("highFreqFactor", highFreqFactor);
            requirePositive("originalContextLength", originalContextLength);
            if (highFreqFactor <= lowFreqFactor) {
                throw UserError.usage(
                        "highFreqFactor %s of rotary scaling must be more than lowFreqFactor %s",
                        highFreqFactor, lowFreqFactor);
            }
        }

        @Override
        public String text() {
            return "llama3:%s:%s:%s:%d".formatted(factor, lowFreqFactor, highFreqFactor, originalContextLength);
        }

        @Override
        public double scale(double frequency) {
            double turns = originalContextLength * frequency / (2 * Math.PI);
            if (turns > highFreqFactor) {
                return frequency;
            }
            if (turns < lowFreqFactor) {
                return frequency / factor;
            }
            double smooth = (turns - lowFreqFactor) / (highFreqFactor - lowFreqFactor);
            return (1 - smooth) * frequency / factor + smooth * frequency;
        }
    }

    private static void requirePositive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw UserError.usage("%s of rotary scaling must be positive, not %s", name, value);
        }
    }
}
