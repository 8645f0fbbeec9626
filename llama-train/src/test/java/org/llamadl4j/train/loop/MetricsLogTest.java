package org.llamadl4j.train.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {

    @TempDir
    private Path folder;

    @Test
    void aResumedLogIsThatOfARunNeverStopped() throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        write(file, 0, 6);
        String whole = Files.readString(file);

        Files.writeString(file, whole + "{\"step\":7,\"lo");
        write(file, 3, 6);

        assertThat(Files.readString(file)).isEqualTo(whole);
    }

    @Test
    void theLastEvaluationOfAFinishedRunIsMadeAgain() throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        write(file, 0, 6);
        List<Boolean> whole = new ArrayList<>();

        MetricsLog.open(file, 6).close();

        MetricsLog.read(file, object -> {
            if (object.has("whole")) {
                whole.add(object.get("whole").asBoolean());
            }
        });
        assertThat(whole).containsExactly(false, false);
    }

    @Test
    void lossesAreWrittenWithAllTheirDigits() throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        double loss = Math.nextUp(1.1);
        List<Double> read = new ArrayList<>();

        try (MetricsLog log = MetricsLog.open(file, 0)) {
            log.stepped(new TrainingStep(1, 1, loss, 0.1, 1, 8, 1, 1));
        }

        MetricsLog.read(file, object -> read.add(object.get("loss").asDouble()));
        assertThat(read).containsExactly(loss);
    }

    @Test
    void theChartIsDrawnOfIt() throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        Path picture = folder.resolve("loss.png");
        write(file, 0, 5000);

        new LossChart(file, picture).ended(null);

        BufferedImage image = ImageIO.read(picture.toFile());
        assertThat(image.getWidth()).isEqualTo(1000);
        int[] colors = image.getRGB(0, 0, 1000, 600, null, 0, 1000);
        assertThat(colors)
                .as("the held-out points")
                .contains(0xffdd6b20)
                .as("the average")
                .contains(0xff2b6cb0);
    }

    @Test
    void aPictureThatCannotBeDrawnEndsNothing() throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        write(file, 0, 2);

        new LossChart(file, folder.resolve("absent/loss.png")).ended(null);

        assertThat(folder.resolve("absent")).doesNotExist();
    }

    /** Steps after {@code done}, an evaluation every second step, and one of the whole split at the end. */
    private static void write(Path file, int done, int steps) {
        try (MetricsLog log = MetricsLog.open(file, done)) {
            for (int step = done + 1; step <= steps; step++) {
                log.stepped(new TrainingStep(step, steps, 5.0 / step, 0.1, 1, 8, 1, 1));
                if (step % 2 == 0 && step < steps) {
                    log.evaluated(new Evaluation(step, 5.5 / step, 2.5 / step, 8, false));
                }
            }
            log.evaluated(new Evaluation(steps, 1, 0.5, 16, true));
        }
    }
}
