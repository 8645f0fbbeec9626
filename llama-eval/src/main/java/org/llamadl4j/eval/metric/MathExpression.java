package org.llamadl4j.eval.metric;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * The value of what a short piece of LaTeX means: numbers, single letters as variables, + - * / ^, brackets, {@code \frac},
 * {@code \sqrt}, {@code \pi}, sines and logarithms, products without a sign, and mixed numbers such as
 * {@code 1\frac{1}{2}}.
 */
final class MathExpression {

    /** Final answers are short; longer ones, and deeper ones, are not worth the stack. */
    private static final int MAX_LENGTH = 400;

    private static final int MAX_DEPTH = 40;

    private static final int POINTS = 3;
    private static final double RELATIVE_ERROR = 1e-9;
    private static final double ABSOLUTE_ERROR = 1e-12;

    private static final Map<String, DoubleUnaryOperator> FUNCTIONS = Map.of(
            "sin", Math::sin,
            "cos", Math::cos,
            "tan", Math::tan,
            "cot", x -> 1 / Math.tan(x),
            "sec", x -> 1 / Math.cos(x),
            "csc", x -> 1 / Math.sin(x),
            "arctan", Math::atan,
            "ln", Math::log,
            "log", Math::log10);

    private final String latex;
    private final int point;
    private int position;
    private int depth;

    private MathExpression(String latex, int point) {
        this.latex = latex;
        this.point = point;
    }

    /**
     * Whether both can be read and have the same value, whatever their variables are: they are compared at a few points.
     * Where one has no value at a point, such as the root of a negative number, the point does not count.
     */
    static boolean sameValue(String a, String b) {
        boolean compared = false;
        for (int point = 0; point < POINTS; point++) {
            Optional<Double> valueOfA = value(a, point);
            Optional<Double> valueOfB = value(b, point);
            if (valueOfA.isEmpty() || valueOfB.isEmpty()) {
                return false;
            }
            double difference = Math.abs(valueOfA.get() - valueOfB.get());
            if (Double.isFinite(difference)) {
                double size = Math.max(Math.abs(valueOfA.get()), Math.abs(valueOfB.get()));
                if (difference > ABSOLUTE_ERROR + RELATIVE_ERROR * size) {
                    return false;
                }
                compared = true;
            }
        }
        return compared;
    }

    /**
     * The value with the variables of {@code point}; not finite if it has none, empty if {@code latex} cannot be read.
     */
    static Optional<Double> value(String latex, int point) {
        if (latex.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        try {
            MathExpression expression = new MathExpression(latex.replaceAll("\\s", ""), point);
            double value = expression.sum();
            return expression.atEnd() ? Optional.of(value) : Optional.empty();
        } catch (NotUnderstood e) {
            return Optional.empty();
        }
    }

    private double sum() {
        if (++depth > MAX_DEPTH) {
            throw new NotUnderstood();
        }
        boolean negative = take("-");
        if (!negative) {
            take("+");
        }
        double value = negative ? -product() : product();
        while (true) {
            if (take("+")) {
                value += product();
            } else if (take("-")) {
                value -= product();
            } else {
                depth--;
                return value;
            }
        }
    }

    private double product() {
        double value = mixedNumberOrPower();
        while (true) {
            if (take("*") || take("\\cdot") || take("\\times")) {
                value *= power();
            } else if (take("/") || take("\\div")) {
                value /= power();
            } else if (beginsFactor()) {
                value *= power();
            } else {
                return value;
            }
        }
    }

    private double mixedNumberOrPower() {
        int start = position;
        double value = power();
        boolean whole = latex.substring(start, position).chars().allMatch(Character::isDigit);
        if (!whole || !(next("\\frac") || next("\\dfrac") || next("\\tfrac"))) {
            return value;
        }
        int fraction = position;
        double part = power();
        if (latex.substring(fraction, position).matches("\\\\[dt]?frac\\{\\d+}\\{\\d+}")) {
            return value + part;
        }
        return value * part;
    }

    private double power() {
        double base = atom();
        return take("^") ? Math.pow(base, atom()) : base;
    }

    private double atom() {
        if (atEnd()) {
            throw new NotUnderstood();
        }
        char c = latex.charAt(position);
        if (isDigit(c) || c == '.') {
            return number();
        }
        if (c == '(' || c == '{') {
            return bracketed(c, c == '(' ? ')' : '}');
        }
        if (isLetter(c)) {
            return letter();
        }
        if (c == '\\') {
            return command();
        }
        throw new NotUnderstood();
    }

    private double number() {
        int start = position;
        while (!atEnd() && (isDigit(latex.charAt(position)) || latex.charAt(position) == '.')) {
            position++;
        }
        try {
            return Double.parseDouble(latex.substring(start, position));
        } catch (NumberFormatException e) {
            throw new NotUnderstood();
        }
    }

    private double bracketed(char open, char close) {
        position++;
        double value = sum();
        if (atEnd() || latex.charAt(position) != close) {
            throw new NotUnderstood();
        }
        position++;
        return value;
    }

    /** A variable; three letters in a row are a word, which has no value. */
    private double letter() {
        int run = position;
        while (run > 0 && isLetter(latex.charAt(run - 1))) {
            run--;
        }
        int end = position;
        while (end < latex.length() && isLetter(latex.charAt(end))) {
            end++;
        }
        if (end - run > 2 && (run == 0 || latex.charAt(run - 1) != '\\')) {
            throw new NotUnderstood();
        }
        char name = latex.charAt(position++);
        return name == 'e' ? Math.E : 0.3 + (name * (31 + 17 * point)) % 101 / 61.0;
    }

    private double command() {
        if (take("\\frac") || take("\\dfrac") || take("\\tfrac")) {
            double numerator = argument();
            return numerator / argument();
        }
        if (take("\\sqrt")) {
            if (!take("[")) {
                return Math.sqrt(argument());
            }
            double degree = sum();
            if (!take("]")) {
                throw new NotUnderstood();
            }
            return Math.pow(argument(), 1 / degree);
        }
        if (take("\\pi")) {
            return Math.PI;
        }
        String name = FUNCTIONS.keySet().stream()
                .filter(candidate -> next("\\" + candidate))
                .max(Comparator.comparingInt(String::length))
                .orElseThrow(NotUnderstood::new);
        take("\\" + name);
        DoubleUnaryOperator function = FUNCTIONS.get(name);
        double exponent = take("^") ? atom() : 1;
        return Math.pow(function.applyAsDouble(power()), exponent);
    }

    /** What a command takes: braces, or one single digit or letter. */
    private double argument() {
        if (!atEnd() && isDigit(latex.charAt(position))) {
            return latex.charAt(position++) - '0';
        }
        return atom();
    }

    private boolean beginsFactor() {
        if (atEnd()) {
            return false;
        }
        char c = latex.charAt(position);
        return isDigit(c) || isLetter(c) || c == '(' || c == '{' || c == '\\';
    }

    /** Spaces are gone, so that a letter may follow a command at once, as in {@code \pi r}. */
    private boolean next(String token) {
        return latex.startsWith(token, position);
    }

    private boolean take(String token) {
        if (!next(token)) {
            return false;
        }
        position += token.length();
        return true;
    }

    private boolean atEnd() {
        return position == latex.length();
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    /** The text means something else, or nothing. */
    private static final class NotUnderstood extends RuntimeException {

        private static final long serialVersionUID = 1L;

        NotUnderstood() {
            super(null, null, false, false);
        }
    }
}
