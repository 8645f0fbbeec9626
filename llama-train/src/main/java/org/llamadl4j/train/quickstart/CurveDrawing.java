package org.llamadl4j.train.quickstart;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import lombok.RequiredArgsConstructor;

/** The training curve over the floor, as SVG that follows the light or dark theme of its reader. */
@RequiredArgsConstructor
final class CurveDrawing {

    private static final int WIDTH = 880;
    private static final int HEIGHT = 420;
    private static final int LEFT = 56;
    private static final int RIGHT = 24;
    private static final int TOP = 20;
    private static final int BOTTOM = 48;
    private static final int MOST_POINTS = 600;

    /** The moving average has a memory of this share of the run. */
    private static final double SMOOTHING_SHARE = 0.01;

    private static final double[] TICKS = {0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5};

    private static final String STYLE = """
            <style>
              .curve { --ink: #1f2933; --faint: #7b8794; --line: #e4e7eb; --train: #2b6cb0; --held: #dd6b20;
                       --floor: #2f855a; --paper: #ffffff;
                       font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; }
              @media (prefers-color-scheme: dark) {
                .curve { --ink: #e4e7eb; --faint: #9aa5b1; --line: #323f4b; --train: #63b3ed; --held: #f6ad55;
                         --floor: #68d391; --paper: #151b23; }
              }
              .curve text { fill: var(--faint); }
              .curve .paper { fill: var(--paper); }
              .curve .grid { stroke: var(--line); }
              .curve .raw { stroke: var(--train); stroke-width: 1; opacity: .28; fill: none; }
              .curve .train { stroke: var(--train); stroke-width: 2; fill: none; }
              .curve .held { stroke: var(--held); stroke-width: 1.6; fill: none; }
              .curve .dot { fill: var(--held); }
              .curve .floor { stroke: var(--floor); stroke-width: 2; }
              .curve .forget { stroke: var(--faint); stroke-width: 1.4; stroke-dasharray: 6 5; }
              .curve .l-train { fill: var(--train); } .curve .l-held { fill: var(--held); font-weight: 600; }
              .curve .l-floor { fill: var(--floor); font-weight: 600; }
              .curve .halo { paint-order: stroke; stroke: var(--paper); stroke-width: 5; }
            </style>
            """;

    private final LossCurve curve;
    private final Floor floor;

    /** The picture as a file of its own. */
    String standalone() {
        return svg("xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\"".formatted(WIDTH, HEIGHT));
    }

    /** The picture inside a page. */
    String inline() {
        return svg("width=\"100%\"");
    }

    private String svg(String attributes) {
        List<LossCurve.Point> smooth = smooth(curve.getTraining());
        List<LossCurve.Point> heldOut = curve.getHeldOut();
        StringBuilder svg = new StringBuilder();
        svg.append(
                "<svg class=\"curve\" viewBox=\"0 0 %d %d\" role=\"img\" %s>%n".formatted(WIDTH, HEIGHT, attributes));
        svg.append("<title>Loss in nats per byte over tokens seen, and its floor</title>\n")
                .append(STYLE);
        svg.append("<rect class=\"paper\" width=\"%d\" height=\"%d\" rx=\"8\"/>%n".formatted(WIDTH, HEIGHT));
        grid(svg);
        path(svg, "raw", thin(curve.getTraining()));
        path(svg, "train", thin(smooth));
        level(svg, "forget", floor.forgetfulNatsPerByte());
        level(svg, "floor", floor.natsPerByte());
        path(svg, "held", heldOut);
        for (LossCurve.Point point : heldOut) {
            svg.append(format("<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.2\"/>%n", x(point), y(point)));
        }
        legend(svg);
        return svg.append("</svg>\n").toString();
    }

    private void grid(StringBuilder svg) {
        for (double tick : TICKS) {
            if (tick > low() && tick < high()) {
                svg.append(format(
                        "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>%n",
                        LEFT, WIDTH - RIGHT, y(tick), y(tick)));
                svg.append(format(
                        "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n",
                        LEFT - 8, y(tick) + 4, tick >= 1 ? format("%.0f", tick) : Double.toString(tick)));
            }
        }
        double step = tokenStep();
        for (double tokens = 0; tokens <= curve.getTokens() * 1.0001; tokens += step) {
            double x = LEFT + (WIDTH - LEFT - RIGHT) * tokens / curve.getTokens();
            svg.append(format(
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
                    x, HEIGHT - BOTTOM + 20, tokenLabel(tokens)));
        }
        svg.append(format(
                "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">tokens seen</text>%n",
                (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8));
    }

    private void level(StringBuilder svg, String style, double natsPerByte) {
        svg.append(format(
                "<line class=\"%s\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>%n",
                style, LEFT, WIDTH - RIGHT, y(natsPerByte), y(natsPerByte)));
    }

    private void legend(StringBuilder svg) {
        double last = curve.getHeldOut().get(curve.getHeldOut().size() - 1).natsPerByte();
        int right = WIDTH - RIGHT - 8;
        String row = "<text class=\"%s\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n";
        svg.append(format(row, "", right, TOP + 14.0, "nats per byte, logarithmic"));
        svg.append(format(row, "l-train", right, TOP + 34.0, "training, each step and moving average"));
        svg.append(format(
                row,
                "l-held",
                right,
                TOP + 54.0,
                format("held-out stories: %.4f, %.3f × the floor", last, last / floor.natsPerByte())));
        svg.append(format(
                "<text class=\"halo\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n",
                right,
                y(floor.forgetfulNatsPerByte()) - 8,
                format("%.4f: knows the grammar, forgets at each full stop", floor.forgetfulNatsPerByte())));
        svg.append(format(
                "<text class=\"l-floor\" x=\"%d\" y=\"%.1f\">%s</text>%n",
                LEFT + 8,
                y(floor.natsPerByte()) + 17,
                format("floor %.4f: the stories' exact entropy", floor.natsPerByte())));
    }

    private void path(StringBuilder svg, String style, List<LossCurve.Point> points) {
        StringBuilder path = new StringBuilder();
        for (LossCurve.Point point : points) {
            path.append(path.isEmpty() ? "M" : " L").append(format("%.1f,%.1f", x(point), y(point)));
        }
        svg.append("<path class=\"%s\" d=\"%s\"/>%n".formatted(style, path));
    }

    private double x(LossCurve.Point point) {
        return LEFT + (double) (WIDTH - LEFT - RIGHT) * point.tokens() / curve.getTokens();
    }

    private double y(LossCurve.Point point) {
        return y(point.natsPerByte());
    }

    private double y(double natsPerByte) {
        double share = (Math.log(natsPerByte) - Math.log(low())) / (Math.log(high()) - Math.log(low()));
        return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP);
    }

    private double low() {
        return floor.natsPerByte() * 0.75;
    }

    private double high() {
        return curve.getTraining().stream()
                        .mapToDouble(LossCurve.Point::natsPerByte)
                        .max()
                        .orElse(1)
                * 1.1;
    }

    /** A round number of tokens, four to eight of which fill the axis. */
    private double tokenStep() {
        double step = Math.pow(10, Math.floor(Math.log10(curve.getTokens() / 4.0)));
        double times = curve.getTokens() / step;
        return times > 20 ? 5 * step : times > 8 ? 2 * step : step;
    }

    private static String tokenLabel(double tokens) {
        return tokens == 0
                ? "0"
                : tokens >= 1e6
                        ? format("%.3g M", tokens * 1e-6).replaceAll("\\.?0+ M", " M")
                        : format("%.0f k", tokens * 1e-3);
    }

    /** The exponential moving average, corrected for its start. */
    private static List<LossCurve.Point> smooth(List<LossCurve.Point> points) {
        double decay = 1 - 1 / Math.max(1, SMOOTHING_SHARE * points.size());
        double[] sums = new double[2];
        return points.stream()
                .map(point -> {
                    sums[0] = decay * sums[0] + point.natsPerByte();
                    sums[1] = decay * sums[1] + 1;
                    return new LossCurve.Point(point.tokens(), sums[0] / sums[1]);
                })
                .toList();
    }

    private static List<LossCurve.Point> thin(List<LossCurve.Point> points) {
        int stride = points.size() / MOST_POINTS + 1;
        return IntStream.range(0, points.size())
                .filter(i -> i % stride == 0 || i == points.size() - 1)
                .mapToObj(points::get)
                .toList();
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
