package org.llamadl4j.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.checkpoint.AtomicFolder;
import org.llamadl4j.model.error.UserError;

class CheckpointsTest {

    @TempDir
    private Path run;

    @Test
    void theNewestStay() {
        Checkpoints checkpoints = new Checkpoints(run, 2);

        for (int step = 8; step <= 12; step++) {
            checkpoints.save(step, CheckpointsTest::write);
        }

        assertThat(checkpoints.all())
                .containsExactly(run.resolve("checkpoint-00000011"), run.resolve("checkpoint-00000012"));
        assertThat(checkpoints.newest()).contains(run.resolve("checkpoint-00000012"));
    }

    @Test
    void anOldOneIsOnlyRemovedOnceTheNewOneIsWhole() {
        Checkpoints checkpoints = new Checkpoints(run, 1);
        checkpoints.save(1, CheckpointsTest::write);

        checkpoints.save(2, folder -> {
            assertThat(run.resolve("checkpoint-00000001/config.json")).exists();
            write(folder);
        });

        assertThat(run.resolve("checkpoint-00000001")).doesNotExist();
    }

    @Test
    void aFullDiskLeavesTheOlderOneAndNoTraceOfTheNew() throws IOException {
        Checkpoints checkpoints = new Checkpoints(run, 1);
        checkpoints.save(1, CheckpointsTest::write);

        assertThatThrownBy(() -> checkpoints.save(2, CheckpointsTest::writeToFullDisk))
                .isInstanceOfSatisfying(
                        UserError.class,
                        error -> assertThat(error.getExitStatus()).isEqualTo(1))
                .hasMessageContaining("checkpoint-00000002")
                .hasMessageContaining("No space left on device")
                .hasMessageContaining(run.resolve("checkpoint-00000001") + " is complete and kept");
        try (Stream<Path> left = Files.list(run)) {
            assertThat(left).containsExactly(run.resolve("checkpoint-00000001"));
        }
    }

    @Test
    void whatAKilledProcessLeftIsRemovedAndNotTakenForACheckpoint() throws IOException {
        Path unfinished = Files.createDirectories(run.resolve(".checkpoint-00000003.writing"));
        Files.writeString(unfinished.resolve("config.json"), "{");
        Checkpoints checkpoints = new Checkpoints(run, 1);

        assertThat(checkpoints.newest()).isEmpty();
        checkpoints.removeUnfinished();
        assertThat(unfinished).doesNotExist();
    }

    private static void write(Path folder) {
        AtomicFolder.write(folder, 2, temporary -> Files.writeString(temporary.resolve("config.json"), "{}"));
    }

    private static void writeToFullDisk(Path folder) {
        AtomicFolder.write(folder, 2, temporary -> {
            Files.writeString(temporary.resolve("config.json"), "{}");
            throw new FileSystemException(
                    temporary.resolve("model.safetensors").toString(), null, "No space left on device");
        });
    }
}
