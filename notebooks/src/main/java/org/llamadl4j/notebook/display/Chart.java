package org.llamadl4j.notebook.display;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Curves and points over two axes.
 *
 * @param xTitle below the horizontal axis
 * @param yTitle beside the vertical axis
 * @param square whether both axes have the same scale
 * @param series in the order of the legend
 */
public record Chart(String xTitle, String yTitle, boolean square, List<Series> series) implements Display {

    private static final int WIDTH = 760;
    private static final int HEIGHT = 380;
    private static final int SQUARE = 460;

    private static final List<Color> COLOURS = List.of(
            new Color(0x2b, 0x6c, 0xb0),
            new Color(0xdd, 0x6b, 0x20),
            new Color(0x2f, 0x85, 0x5a),
            new Color(0x80, 0x5a, 0xd5),
            new Color(0xc5, 0x30, 0x30),
            new Color(0x71, 0x80, 0x96));

    private static final Color GRID = new Color(0xe8, 0xe8, 0xe8);
    private static final Color TEXT = new Color(0x33, 0x33, 0x33);

    /**
     * One curve or cloud of points.
     *
     * @param name for the legend
     * @param x as many as {@code y}
     * @param joined whether neighbours are joined by a line, or marked as points
     */
    public record Series(String name, double[] x, double[] y, boolean joined) {}

    public Chart {
        series = List.copyOf(series);
    }

    /** An empty chart. */
    public static Chart of(String xTitle, String yTitle) {
        return new Chart(xTitle, yTitle, false, List.of());
    }

    /** The same with axes of one scale, so that circles are round. */
    public Chart ofOneScale() {
        return new Chart(xTitle, yTitle, true, series);
    }

    /** This chart with one more curve, over 0, 1, 2 and so on. */
    public Chart line(String name, double[] y) {
        double[] x = new double[y.length];
        Arrays.setAll(x, i -> i);
        return line(name, x, y);
    }

    /** This chart with one more curve. */
    public Chart line(String name, double[] x, double[] y) {
        return with(new Series(name, x, y, true));
    }

    /** This chart with one more cloud of points. */
    public Chart points(String name, double[] x, double[] y) {
        return with(new Series(name, x, y, false));
    }

    private Chart with(Series one) {
        if (one.x().length != one.y().length || one.x().length == 0) {
            throw new IllegalArgumentException(
                    "series '%s' has %d x and %d y".formatted(one.name(), one.x().length, one.y().length));
        }
        List<Series> more = new ArrayList<>(series);
        more.add(one);
        return new Chart(xTitle, yTitle, square, more);
    }

    @Override
    public Map<String, String> data() {
        return new Picture(BitmapEncoder.getBufferedImage(chart()), toString()).data();
    }

    private XYChart chart() {
        XYChart chart = new XYChartBuilder()
                .width(square ? SQUARE : WIDTH)
                .height(square ? SQUARE : HEIGHT)
                .xAxisTitle(xTitle)
                .yAxisTitle(yTitle)
                .build();
        style(chart);
        for (int i = 0; i < series.size(); i++) {
            Series one = series.get(i);
            Color colour = COLOURS.get(i % COLOURS.size());
            XYSeries drawn = chart.addSeries(one.name(), one.x(), one.y());
            drawn.setMarker(one.joined() ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE);
            drawn.setMarkerColor(colour);
            drawn.setLineColor(colour);
            drawn.setLineStyle(
                    one.joined()
                            ? new BasicStroke(2.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND)
                            : new BasicStroke(0));
            if (!one.joined()) {
                drawn.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
            }
        }
        return chart;
    }

    private void style(XYChart chart) {
        chart.getStyler()
                .setPlotGridLinesColor(GRID)
                .setPlotGridLinesStroke(new BasicStroke(1))
                .setPlotGridVerticalLinesVisible(square)
                .setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14))
                .setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12))
                .setAxisTickMarksColor(GRID)
                .setAxisTickLabelsColor(TEXT);
        chart.getStyler()
                .setChartBackgroundColor(Color.WHITE)
                .setPlotBorderVisible(false)
                .setLegendPosition(square ? LegendPosition.OutsideS : LegendPosition.OutsideE)
                .setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13))
                .setLegendBorderColor(Color.WHITE)
                .setChartFontColor(TEXT)
                .setMarkerSize(6)
                .setLocale(Locale.ROOT);
        chart.getStyler().setLegendVisible(series.size() > 1);
        if (square) {
            double most = series.stream()
                    .flatMapToDouble(
                            one -> java.util.stream.DoubleStream.concat(Arrays.stream(one.x()), Arrays.stream(one.y())))
                    .map(Math::abs)
                    .max()
                    .orElse(1);
            chart.getStyler().setXAxisMin(-1.1 * most).setXAxisMax(1.1 * most);
            chart.getStyler().setYAxisMin(-1.1 * most).setYAxisMax(1.1 * most);
            chart.getStyler().setLegendLayout(org.knowm.xchart.style.Styler.LegendLayout.Horizontal);
        }
    }

    /** The ranges of the series. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("%s over %s%n".formatted(yTitle, xTitle));
        for (Series one : series) {
            text.append("%s: %d values from %.4g to %.4g%n"
                    .formatted(
                            one.name(),
                            one.y().length,
                            Arrays.stream(one.y()).min().orElse(Double.NaN),
                            Arrays.stream(one.y()).max().orElse(Double.NaN)));
        }
        return text.toString();
    }
}
