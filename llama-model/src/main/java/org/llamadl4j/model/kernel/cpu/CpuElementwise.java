package org.llamadl4j.model.kernel.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.kernel.Tensor;

/** Fill, copy and sum of whole tensors. */
@RequiredArgsConstructor
final class CpuElementwise {

    /**
     * Numbers handled at once. So few that the processor fetches the next tile while it computes this one: from 512 on,
     * AdamW on an AMD EPYC of 2017 falls from the bandwidth of a copy to two thirds of it.
     */
    static final int TILE = 256;

    /** Numbers that are worth a worker. */
    static final int GRAIN = 8192;

    private final Workers workers;

    void fill(Tensor target, float value) {
        FloatMemory memory = FloatMemory.of(target);
        workers.forRanges((int) memory.length(), GRAIN, (worker, from, to) -> {
            float[] tile = worker.scratch().floats(0, TILE);
            Arrays.fill(tile, 0, Math.min(TILE, to - from), value);
            for (int i = from; i < to; i += TILE) {
                memory.put(i, tile, 0, Math.min(TILE, to - i));
            }
        });
    }

    void copy(Tensor source, Tensor target) {
        Expect.size("target", target, source.size());
        if (source.buffer() instanceof IntMemory from && target.buffer() instanceof IntMemory to) {
            to.put(0, from, 0, (int) from.length());
            return;
        }
        FloatMemory sourceMemory = FloatMemory.of(source);
        FloatMemory targetMemory = FloatMemory.of(target);
        workers.forRanges(
                (int) sourceMemory.length(),
                GRAIN,
                (worker, from, to) -> targetMemory.put(from, sourceMemory, from, to - from));
    }

    /** sum = a + b. */
    void add(Tensor a, Tensor b, Tensor sum) {
        Expect.size("b", b, a.size());
        Expect.size("sum", sum, a.size());
        FloatMemory left = FloatMemory.of(a);
        FloatMemory right = FloatMemory.of(b);
        FloatMemory result = FloatMemory.of(sum);
        workers.forRanges((int) left.length(), GRAIN, (worker, from, to) -> {
            float[] x = worker.scratch().floats(0, TILE);
            float[] y = worker.scratch().floats(1, TILE);
            for (int i = from; i < to; i += TILE) {
                int length = Math.min(TILE, to - i);
                left.get(i, x, 0, length);
                right.get(i, y, 0, length);
                addTo(x, y, length);
                result.put(i, x, 0, length);
            }
        });
    }

    /** x += y; whole vectors are computed, so both have room for a multiple of {@link Lanes#COUNT}. */
    static void addTo(float[] x, float[] y, int length) {
        for (int i = 0; i < length; i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.FLOATS, x, i)
                    .add(FloatVector.fromArray(Lanes.FLOATS, y, i))
                    .intoArray(x, i);
        }
    }
}
