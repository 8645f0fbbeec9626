package org.llamadl4j.train.loop;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import lombok.extern.slf4j.Slf4j;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * {@code loss.png}: the training loss of every step, faint, smoothed, and the held-out loss, from
 * {@code metrics.jsonl}. It is drawn with checkpoints, not more than once a minute, and at the end.
 */
@Slf4j
@RequiredArgsConstructor(access = AccessLevel.PACKAGE)
public final class LossChart implements TrainingListener {

    private static final long NANOS_BETWEEN = TimeUnit.MINUTES.toNanos(1);

    private static final int WIDTH = 1000;
    private static final int HEIGHT = 600;

    /** More points than pixels show nothing more. */
    private static final int MOST_POINTS = 2 * WIDTH;

    /** The mean around a point is over this share of the run. */
    private static final double SMOOTHING_SHARE = 0.03;

    private static final Color TRAINING = new Color(0x2b, 0x6c, 0xb0);
    private static final Color TRAINING_FAINT = new Color(0xbe, 0xd7, 0xee);
    private static final Color HELD_OUT = new Color(0xdd, 0x6b, 0x20);
    private static final Color GRID = new Color(0xe8, 0xe8, 0xe8);
    private static final Color TEXT = new Color(0x33, 0x33, 0x33);

    private final Path metrics;
    private final Path picture;

    private long lastDrawn = System.nanoTime();

    @Override
    public void checkpointed(Path folder) {
        if (System.nanoTime() - lastDrawn > NANOS_BETWEEN) {
            draw();
        }
    }

    @Override
    public void ended(TrainingResult result) {
        draw();
    }

    /** A picture is not worth a run: where there are no fonts or no room, one line in the log has to do. */
    private void draw() {
        lastDrawn = System.nanoTime();
        try {
            draw(metrics, picture);
        } catch (IOException | RuntimeException | LinkageError | InternalError e) {
            log.warn("{} cannot be drawn: {}", picture, e.toString());
        }
    }

    /**
     * The picture of a run, which may be going on.
     *
     * @param metrics its {@code metrics.jsonl}
     * @param width in pixels
     * @param height in pixels
     * @return empty before its first step
     */
    public static Optional<BufferedImage> picture(Path metrics, int width, int height) throws IOException {
        Curve training = new Curve();
        Curve heldOut = new Curve();
        MetricsLog.read(metrics, object -> {
            int step = object.path(MetricsLog.STEP).asInt();
            if (object.has(MetricsLog.LOSS)) {
                training.add(step, object.path(MetricsLog.LOSS).asDouble());
            } else if (object.has(MetricsLog.HELD_OUT)) {
                heldOut.add(step, object.path(MetricsLog.HELD_OUT).asDouble());
            }
        });
        return training.steps.isEmpty()
                ? Optional.empty()
                : Optional.of(BitmapEncoder.getBufferedImage(chart(training, heldOut, width, height)));
    }

    private static void draw(Path metrics, Path picture) throws IOException {
        Optional<BufferedImage> image = picture(metrics, WIDTH, HEIGHT);
        if (image.isEmpty()) {
            return;
        }
        Path unfinished = picture.resolveSibling("." + picture.getFileName() + ".writing");
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image.get(), "png", png);
        Files.write(unfinished, png.toByteArray());
        Files.move(unfinished, picture, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static XYChart chart(Curve training, Curve heldOut, int width, int height) {
        XYChart chart = new XYChartBuilder()
                .width(width)
                .height(height)
                .xAxisTitle("step")
                .yAxisTitle("loss, nats per token")
                .build();
        style(chart);
        add(chart, "training, each step", training.thin(), TRAINING_FAINT, 1);
        add(
                chart,
                "training, smoothed %.3f".formatted(training.lastMean()),
                training.smooth().thin(),
                TRAINING,
                2.5f);
        if (!heldOut.steps.isEmpty()) {
            add(chart, "held out %.3f".formatted(heldOut.last()), heldOut, HELD_OUT, 1.5f)
                    .setMarker(SeriesMarkers.CIRCLE)
                    .setMarkerColor(HELD_OUT);
        }
        return chart;
    }

    private static XYSeries add(XYChart chart, String name, Curve curve, Color color, float width) {
        XYSeries series = chart.addSeries(name, curve.steps, curve.losses);
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(color);
        series.setLineStyle(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        return series;
    }

    private static void style(XYChart chart) {
        chart.getStyler()
                .setPlotGridLinesColor(GRID)
                .setPlotGridLinesStroke(new BasicStroke(1))
                .setPlotGridVerticalLinesVisible(false)
                .setXAxisMin(0.0)
                .setXAxisDecimalPattern("#,##0")
                .setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 15))
                .setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13))
                .setAxisTickMarksColor(GRID)
                .setAxisTickLabelsColor(TEXT);
        chart.getStyler()
                .setChartBackgroundColor(Color.WHITE)
                .setPlotBorderVisible(false)
                .setLegendPosition(LegendPosition.InsideNE)
                .setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14))
                .setLegendBorderColor(Color.WHITE)
                .setChartFontColor(TEXT)
                .setMarkerSize(6)
                .setLocale(Locale.ROOT);
    }

    /** Losses by step. */
    private static final class Curve {

        private final List<Double> steps = new ArrayList<>();
        private final List<Double> losses = new ArrayList<>();

        void add(double step, double loss) {
            steps.add(step);
            losses.add(loss);
        }

        double last() {
            return losses.get(losses.size() - 1);
        }

        /** Each point the mean of those around it, so that the curve does not lag. */
        Curve smooth() {
            int most = (int) (SMOOTHING_SHARE / 2 * losses.size());
            double[] sums = new double[losses.size() + 1];
            for (int i = 0; i < losses.size(); i++) {
                sums[i + 1] = sums[i] + losses.get(i);
            }
            Curve smooth = new Curve();
            for (int i = 0; i < losses.size(); i++) {
                int before = Math.min(most, i);
                int after = Math.min(before, losses.size() - 1 - i);
                smooth.add(steps.get(i), (sums[i + after + 1] - sums[i - before]) / (before + after + 1));
            }
            return smooth;
        }

        /** The mean of the last part that a point is smoothed over. */
        double lastMean() {
            int count = Math.max(1, (int) (SMOOTHING_SHARE * losses.size()));
            return losses.subList(losses.size() - count, losses.size()).stream()
                    .mapToDouble(Double::doubleValue)
                    .average()
                    .orElseThrow();
        }

        /**
         * At most {@link #MOST_POINTS} of the points, and the last once more a little further: where all points are
         * evenly spaced, XChart puts its ticks at points instead of round numbers.
         */
        Curve thin() {
            int stride = Math.max(1, losses.size() / MOST_POINTS);
            Curve thin = new Curve();
            for (int i = (losses.size() - 1) % stride; i < losses.size(); i += stride) {
                thin.add(steps.get(i), losses.get(i));
            }
            thin.add(steps.get(steps.size() - 1) + 0.01, last());
            return thin;
        }
    }
}
