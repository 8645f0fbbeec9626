package org.llamadl4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.llamadl4j.model.error.UserError;

/**
 * Reads many damaged files. Each is read, or refused with one {@link UserError} that names its place, soon and without
 * memory in proportion to a forged number.
 */
public final class DamagedFiles {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Far more than any of these files of a few kilobytes takes, and far less than a forged size. */
    private static final long MOST_BYTES = 16 << 20;

    /** Of the processor, which does not count what else a busy machine does; hundreds of times what any of them takes. */
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(2);

    private DamagedFiles() {}

    /** Puts a damaged file in its place. */
    @FunctionalInterface
    public interface Damage {
        void write(SplittableRandom random) throws IOException;
    }

    /** Reads what there is to be read. */
    @FunctionalInterface
    public interface Reader {
        void read(Path place) throws IOException;
    }

    /** How many inputs: few in a build, more on demand with {@code -Dfuzz.inputs=100000}. */
    private static int inputs() {
        return Integer.getInteger("fuzz.inputs", 2000);
    }

    /**
     * Writes and reads {@link #inputs} files.
     *
     * @param place a folder or file that {@code damage} changes
     * @param leastRefused of all inputs, the share that must be refused: a damage that does none tests nothing
     */
    public static void read(Path place, double leastRefused, Damage damage, Reader reader) throws IOException {
        int refused = 0;
        for (int seed = 0; seed < inputs(); seed++) {
            damage.write(new SplittableRandom(seed));
            long bytes = THREADS.getCurrentThreadAllocatedBytes();
            long start = THREADS.getCurrentThreadCpuTime();
            try {
                reader.read(place);
            } catch (UserError e) {
                refused++;
                assertThat(e.getMessage()).as("input %d", seed).contains(place.toString());
            } catch (Throwable e) {
                fail("input " + seed, e);
            }
            assertThat(THREADS.getCurrentThreadCpuTime() - start)
                    .as("nanoseconds for input %d", seed)
                    .isLessThan(MOST_NANOS);
            assertThat(THREADS.getCurrentThreadAllocatedBytes() - bytes)
                    .as("bytes allocated for input %d", seed)
                    .isLessThan(MOST_BYTES);
        }
        assertThat(refused).isBetween((int) (inputs() * leastRefused), inputs() - 1);
    }

    /** Writes {@code file} without emptying it first, which would make some file systems write to the disk each time. */
    public static void overwrite(Path file, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            channel.write(ByteBuffer.wrap(bytes));
            channel.truncate(bytes.length);
        }
    }
}
