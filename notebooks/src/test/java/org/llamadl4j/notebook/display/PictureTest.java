package org.llamadl4j.notebook.display;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** What the pictures of matrices and curves show, read back from their pixels. */
class PictureTest {

    @Test
    void aMatrixIsWhiteAtZeroBlueAboveAndOrangeBelow() throws IOException {
        BufferedImage image = pixels(new HeatMap("", new float[][] {{0, 2}, {-2, 1}}, List.of(), List.of()));
        Color zero = cell(image, 0, 0);
        Color positive = cell(image, 0, 1);
        Color negative = cell(image, 1, 0);
        Color half = cell(image, 1, 1);
        assertThat(zero).isEqualTo(Color.WHITE);
        assertThat(positive.getBlue()).isGreaterThan(positive.getRed());
        assertThat(negative.getRed()).isGreaterThan(negative.getBlue());
        assertThat(half.getRed()).isBetween(positive.getRed() + 1, 254);
    }

    @Test
    void aMatrixInPlainTextIsItsShapeAndItsRange() {
        assertThat(new HeatMap("w", new float[][] {{0, 3}, {-4, 0}}, List.of(), List.of()))
                .hasToString("w (2, 2): from -4.000 to 3.000, mean -0.2500, root of the mean square 2.500");
    }

    @Test
    void longNamesHaveRoom() throws IOException {
        HeatMap without = new HeatMap("", new float[2][2], List.of(), List.of());
        HeatMap with = new HeatMap("", new float[2][2], List.of("a long name", "b"), List.of("x", "y"));
        assertThat(pixels(with).getWidth()).isGreaterThan(pixels(without).getWidth() + 40);
    }

    @Test
    void mapsStandSideBySide() throws IOException {
        HeatMap map = new HeatMap("a", new float[4][4], List.of(), List.of());
        assertThat(pixels(HeatMap.row(List.of(map, map))).getWidth())
                .isGreaterThanOrEqualTo(2 * pixels(map).getWidth());
    }

    @Test
    void aChartDrawsItsCurveInColour() throws IOException {
        BufferedImage image = pixels(Chart.of("x", "y").line("one", new double[] {0, 1, 4, 9}));
        long blue = 0;
        for (int x = 0; x < image.getWidth(); x++) {
            for (int y = 0; y < image.getHeight(); y++) {
                Color colour = new Color(image.getRGB(x, y));
                blue += colour.getBlue() > colour.getRed() + 60 ? 1 : 0;
            }
        }
        assertThat(blue).isGreaterThan(500);
    }

    @Test
    void aChartInPlainTextIsTheRangeOfItsSeries() {
        assertThat(Chart.of("t", "score").line("s", new double[] {-1, 5}).toString())
                .contains("score over t")
                .contains("s: 2 values from -1.000 to 5.000");
    }

    @Test
    void aSeriesOfTwoLengthsIsRefused() {
        assertThatThrownBy(() -> Chart.of("x", "y").line("s", new double[1], new double[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("series 's' has 1 x and 2 y");
    }

    private static Color cell(BufferedImage image, int row, int column) {
        int size = image.getWidth() / 2;
        return new Color(image.getRGB(column * size + size / 2, image.getHeight() - (2 - row) * size + size / 2));
    }

    private static BufferedImage pixels(Display display) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(
                Base64.getDecoder().decode(display.data().get(Display.PNG))));
    }
}
