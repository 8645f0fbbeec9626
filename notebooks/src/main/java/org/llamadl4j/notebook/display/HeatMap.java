package org.llamadl4j.notebook.display;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A matrix as a picture: white is 0, blue positive, orange negative, the strongest colour the largest number by size.
 *
 * @param title above it; may be empty
 * @param values (rows, columns)
 * @param rowNames beside the rows; empty for their numbers alone
 * @param columnNames above the columns; empty for their numbers alone
 */
public record HeatMap(String title, float[][] values, List<String> rowNames, List<String> columnNames)
        implements Display {

    private static final Color POSITIVE = new Color(0x1f, 0x4e, 0x8c);
    private static final Color NEGATIVE = new Color(0xc0, 0x56, 0x21);
    private static final Color TEXT = new Color(0x33, 0x33, 0x33);
    private static final Color FRAME = new Color(0xbb, 0xbb, 0xbb);
    private static final Font LABELS = new Font(Font.SANS_SERIF, Font.PLAIN, 12);

    private static final int WIDEST = 620;
    private static final int LARGEST_CELL = 20;
    private static final int SMALLEST_LABELLED_CELL = 12;
    private static final int GAP = 6;

    public HeatMap {
        rowNames = List.copyOf(rowNames);
        columnNames = List.copyOf(columnNames);
        if (values.length == 0 || values[0].length == 0) {
            throw new IllegalArgumentException("a matrix of no rows or columns");
        }
    }

    /** Of a matrix, or of a vector as one row. */
    public static HeatMap of(String title, INDArray matrix) {
        if (matrix.rank() > 2 || matrix.isScalar()) {
            throw new IllegalArgumentException(
                    "a picture is of a vector or a matrix, not of shape " + Arrays.toString(matrix.shape()));
        }
        float[][] values = matrix.rank() == 2 ? matrix.toFloatMatrix() : new float[][] {matrix.toFloatVector()};
        return new HeatMap(title, values, List.of(), List.of());
    }

    @Override
    public Map<String, String> data() {
        return new Picture(image(), toString()).data();
    }

    /** Several side by side in one picture. */
    public static Picture row(List<HeatMap> maps) {
        List<BufferedImage> images = maps.stream().map(HeatMap::image).toList();
        int width =
                images.stream().mapToInt(image -> image.getWidth() + 2 * GAP).sum();
        int height = images.stream().mapToInt(BufferedImage::getHeight).max().orElse(1);
        BufferedImage all = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = all.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, width, height);
        int x = GAP;
        for (BufferedImage image : images) {
            graphics.drawImage(image, x, 0, null);
            x += image.getWidth() + 2 * GAP;
        }
        graphics.dispose();
        return new Picture(
                all, String.join("\n", maps.stream().map(HeatMap::toString).toList()));
    }

    private BufferedImage image() {
        int rows = values.length;
        int columns = values[0].length;
        int cell = Math.max(1, Math.min(LARGEST_CELL, WIDEST / Math.max(rows, columns)));
        boolean labelled = cell >= SMALLEST_LABELLED_CELL;
        FontMetrics metrics = metrics();
        int left = GAP + (labelled ? widest(rowNames, metrics) : 0);
        int titleHeight = title.isEmpty() ? 0 : metrics.getHeight() + GAP;
        int top = GAP + titleHeight + (labelled ? widest(columnNames, metrics) : 0);
        int width = Math.max(left + columns * cell + GAP, metrics.stringWidth(title) + 2 * GAP);
        BufferedImage image = new BufferedImage(width, top + rows * cell + GAP, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
        graphics.setFont(LABELS);
        float most = largest();
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                graphics.setColor(colour(values[row][column] / most));
                graphics.fillRect(left + column * cell, top + row * cell, cell, cell);
            }
        }
        graphics.setColor(FRAME);
        graphics.drawRect(left - 1, top - 1, columns * cell + 1, rows * cell + 1);
        graphics.setColor(TEXT);
        graphics.drawString(title, GAP, GAP + metrics.getAscent());
        if (labelled) {
            drawNames(graphics, metrics, left, top, cell);
        }
        graphics.dispose();
        return image;
    }

    private void drawNames(Graphics2D graphics, FontMetrics metrics, int left, int top, int cell) {
        int baseline = (cell + metrics.getAscent() - metrics.getDescent()) / 2;
        for (int row = 0; row < rowNames.size(); row++) {
            String name = rowNames.get(row);
            graphics.drawString(name, left - GAP / 2 - metrics.stringWidth(name), top + row * cell + baseline);
        }
        AffineTransform upright = graphics.getTransform();
        for (int column = 0; column < columnNames.size(); column++) {
            graphics.translate(left + column * cell + baseline, top - GAP / 2);
            graphics.rotate(-Math.PI / 2);
            graphics.drawString(columnNames.get(column), 0, 0);
            graphics.setTransform(upright);
        }
    }

    private static FontMetrics metrics() {
        Graphics2D graphics = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
        FontMetrics metrics = graphics.getFontMetrics(LABELS);
        graphics.dispose();
        return metrics;
    }

    private static int widest(List<String> names, FontMetrics metrics) {
        return names.stream().mapToInt(metrics::stringWidth).max().orElse(0) + GAP / 2;
    }

    private float largest() {
        float most = Float.MIN_NORMAL;
        for (float[] row : values) {
            for (float value : row) {
                most = Math.max(most, Math.abs(value));
            }
        }
        return most;
    }

    private static Color colour(float share) {
        Color full = share < 0 ? NEGATIVE : POSITIVE;
        float size = Math.min(1, Math.abs(share));
        return new Color(mix(full.getRed(), size), mix(full.getGreen(), size), mix(full.getBlue(), size));
    }

    private static int mix(int channel, float share) {
        return Math.round(255 + (channel - 255) * share);
    }

    @Override
    public String toString() {
        double sum = 0;
        double squares = 0;
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (float[] row : values) {
            for (float value : row) {
                sum += value;
                squares += (double) value * value;
                least = Math.min(least, value);
                most = Math.max(most, value);
            }
        }
        double count = (double) values.length * values[0].length;
        return "%s(%d, %d): from %.4g to %.4g, mean %.4g, root of the mean square %.4g"
                .formatted(
                        title.isEmpty() ? "" : title + " ",
                        values.length,
                        values[0].length,
                        least,
                        most,
                        sum / count,
                        Math.sqrt(squares / count));
    }
}
