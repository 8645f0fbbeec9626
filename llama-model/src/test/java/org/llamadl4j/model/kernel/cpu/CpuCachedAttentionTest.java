package org.llamadl4j.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.kernel.AttentionShape;
import org.llamadl4j.model.kernel.ReferenceOps;
import org.llamadl4j.model.kernel.Tensor;

class CpuCachedAttentionTest {

    /** @param slots C */
    private record Shape(int sequences, int slots, int heads, int kvHeads, int headDim) {

        int queryWidth() {
            return heads * headDim;
        }

        int keyWidth() {
            return kvHeads * headDim;
        }
    }

    /** Rings shorter, as long and longer than a block of the layout; any grouping; any head. */
    @Provide
    Arbitrary<Shape> shapes() {
        Arbitrary<Integer> slots = Arbitraries.oneOf(
                Arbitraries.of(1, 2, 3, 63, 64, 65, 128, 200),
                Arbitraries.integers().between(1, 200));
        Arbitrary<int[]> heads = Arbitraries.of(
                new int[] {1, 1},
                new int[] {4, 4},
                new int[] {4, 2},
                new int[] {4, 1},
                new int[] {3, 3},
                new int[] {6, 2},
                new int[] {70, 1});
        Arbitrary<Integer> headDims = Arbitraries.of(2, 3, 6, 8, 16, 20, 48, 64, 128);
        return Combinators.combine(Arbitraries.integers().between(1, 4), slots, heads, headDims)
                .as((sequences, slot, head, headDim) -> new Shape(sequences, slot, head[0], head[1], headDim));
    }

    /** Everything that a sequence was ever given; nothing is forgotten. */
    private static final class History {
        private final List<double[]> keys = new ArrayList<>();
        private final List<double[]> values = new ArrayList<>();

        int length() {
            return keys.size();
        }

        void copyFrom(History other, int length) {
            keys.clear();
            values.clear();
            keys.addAll(other.keys.subList(0, length));
            values.addAll(other.values.subList(0, length));
        }
    }

    /** A cache beside a float64 history of each sequence. */
    private static final class Cache {

        private final Shape shape;
        private final TestTensors tensors;
        private final CpuKernels kernels;
        private final Tensor keys;
        private final Tensor values;
        private final List<History> histories;

        Cache(Shape shape, CpuKernels kernels, Random random) {
            this.shape = shape;
            this.kernels = kernels;
            tensors = new TestTensors(kernels, random);
            keys = tensors.garbage(shape.sequences(), shape.slots(), shape.kvHeads(), shape.headDim());
            values = tensors.garbage(shape.sequences(), shape.slots(), shape.kvHeads(), shape.headDim());
            histories = IntStream.range(0, shape.sequences())
                    .mapToObj(s -> new History())
                    .toList();
        }

        /** Attention of new random rows: {@code lengths[i]} of each {@code order[i]}, -1 standing for rows of nothing. */
        void append(List<Integer> order, int[] lengths) {
            int rows = IntStream.range(0, order.size()).map(i -> lengths[i]).sum();
            int[] sequences = new int[rows];
            int[] positions = new int[rows];
            int row = 0;
            for (int i = 0; i < order.size(); i++) {
                int sequence = order.get(i);
                for (int n = 0; n < lengths[i]; n++, row++) {
                    sequences[row] = sequence;
                    positions[row] = sequence < 0 ? -7 : histories.get(sequence).length() + n;
                }
            }
            Tensor q = tensors.normal(rows, shape.queryWidth());
            Tensor k = tensors.normal(rows, shape.keyWidth());
            Tensor v = tensors.normal(rows, shape.keyWidth());
            Tensor out = tensors.garbage(rows, shape.queryWidth());
            kernels.cachedAttention(
                    q, k, v, tensors.integers(sequences), tensors.integers(positions), keys, values, out);
            tensors.assertClose(
                    "out",
                    out,
                    expected(sequences, positions, tensors.doubles(q), tensors.doubles(k), tensors.doubles(v)));
        }

        private double[] expected(int[] sequences, int[] positions, double[] q, double[] k, double[] v) {
            int width = shape.keyWidth();
            double[] out = new double[sequences.length * shape.queryWidth()];
            for (int row = 0; row < sequences.length; row++) {
                if (sequences[row] < 0) {
                    continue;
                }
                History history = histories.get(sequences[row]);
                history.keys.add(Arrays.copyOfRange(k, row * width, (row + 1) * width));
                history.values.add(Arrays.copyOfRange(v, row * width, (row + 1) * width));
                int first = Math.max(0, positions[row] - shape.slots() + 1);
                double[] attended = lastRow(
                        Arrays.copyOfRange(q, row * shape.queryWidth(), (row + 1) * shape.queryWidth()),
                        history.keys.subList(first, history.length()),
                        history.values.subList(first, history.length()));
                System.arraycopy(attended, 0, out, row * shape.queryWidth(), attended.length);
            }
            return out;
        }

        /** Of plain causal attention over the last {@code keys.size()} positions. */
        private double[] lastRow(double[] query, List<double[]> keys, List<double[]> values) {
            int time = keys.size();
            double[] queries = new double[time * shape.queryWidth()];
            System.arraycopy(query, 0, queries, (time - 1) * query.length, query.length);
            double[] out = ReferenceOps.causalAttention(
                            new AttentionShape(1, time, shape.heads(), shape.kvHeads(), shape.headDim()),
                            time - 1,
                            queries,
                            join(keys),
                            join(values))
                    .out();
            return Arrays.copyOfRange(out, (time - 1) * query.length, out.length);
        }

        void copy(int from, int to, int length) {
            kernels.copyCache(keys, from, to, length);
            kernels.copyCache(values, from, to, length);
            histories.get(to).copyFrom(histories.get(from), length);
        }
    }

    private static double[] join(List<double[]> rows) {
        return rows.stream().flatMapToDouble(Arrays::stream).toArray();
    }

    @Property(tries = 80)
    void agreesWithTheReferenceWhateverIsAppendedTogether(
            @ForAll("shapes") Shape shape, @ForAll @IntRange(min = 1, max = 4) int threads, @ForAll Random random) {
        try (CpuKernels kernels = CpuKernels.create(threads)) {
            Cache cache = new Cache(shape, kernels, random);
            for (int call = 0; call < 5; call++) {
                List<Integer> order = new ArrayList<>(
                        IntStream.range(-1, shape.sequences()).boxed().toList());
                Collections.shuffle(order, random);
                int[] lengths = order.stream()
                        .mapToInt(s -> random.nextBoolean() ? random.nextInt(3) : random.nextInt(90))
                        .toArray();
                lengths[0] = Math.max(1, lengths[0]);
                cache.append(order, lengths);
            }
        }
    }

    @Property(tries = 15)
    void goesRoundTheRingARowAtATime(@ForAll @IntRange(min = 1, max = 70) int slots, @ForAll Random random) {
        try (CpuKernels kernels = CpuKernels.create(2)) {
            Cache cache = new Cache(new Shape(2, slots, 4, 2, 8), kernels, random);
            for (int position = 0; position < 2 * slots + 3; position++) {
                cache.append(List.of(1, 0), new int[] {1, 1});
            }
        }
    }

    @Property(tries = 30)
    void aCopiedPrefixGoesOnByItself(
            @ForAll("shapes") Shape shape, @ForAll @IntRange(min = 1, max = 200) int length, @ForAll Random random) {
        Shape two = new Shape(2, shape.slots(), shape.heads(), shape.kvHeads(), shape.headDim());
        try (CpuKernels kernels = CpuKernels.create(2)) {
            Cache cache = new Cache(two, kernels, random);
            cache.append(List.of(0, 1), new int[] {Math.min(length, two.slots()), 3});
            int copied = 1 + random.nextInt(Math.min(length, two.slots()));
            cache.copy(0, 1, copied);
            cache.append(List.of(1, 0), new int[] {2, 2});
            cache.append(List.of(0, 1), new int[] {1, 5});
        }
    }

    @Property(tries = 10)
    void aRowDoesNotDependOnItsNeighbours(@ForAll("shapes") Shape shape, @ForAll Random random) {
        int rows = 40;
        try (CpuKernels kernels = CpuKernels.create(3)) {
            TestTensors tensors = new TestTensors(kernels, random);
            Tensor q = tensors.normal(rows, shape.queryWidth());
            Tensor k = tensors.normal(rows, shape.keyWidth());
            Tensor v = tensors.normal(rows, shape.keyWidth());
            float[] alone = attend(kernels, tensors, shape, 1, q, k, v);
            Tensor twiceQ = twice(tensors, q);
            float[] together = attend(kernels, tensors, shape, 2, twiceQ, twice(tensors, k), twice(tensors, v));
            assertThat(Arrays.copyOf(together, alone.length)).isEqualTo(alone);
            assertThat(Arrays.copyOfRange(together, alone.length, together.length))
                    .isEqualTo(alone);
        }
    }

    /** The same rows for each of so many sequences. */
    private static float[] attend(
            CpuKernels kernels, TestTensors tensors, Shape shape, int sequences, Tensor q, Tensor k, Tensor v) {
        int rows = q.rows();
        int each = rows / sequences;
        Tensor keys = tensors.garbage(sequences, shape.slots(), shape.kvHeads(), shape.headDim());
        Tensor values = tensors.garbage(sequences, shape.slots(), shape.kvHeads(), shape.headDim());
        Tensor out = tensors.garbage(rows, shape.queryWidth());
        int[] sequence = IntStream.range(0, rows).map(row -> row / each).toArray();
        int[] position = IntStream.range(0, rows).map(row -> row % each).toArray();
        kernels.cachedAttention(q, k, v, tensors.integers(sequence), tensors.integers(position), keys, values, out);
        return tensors.floats(out);
    }

    private static Tensor twice(TestTensors tensors, Tensor tensor) {
        float[] values = tensors.floats(tensor);
        float[] twice = Arrays.copyOf(values, 2 * values.length);
        System.arraycopy(values, 0, twice, values.length, values.length);
        return tensors.of(twice, 2L * tensor.rows(), tensor.columns());
    }

    @Test
    void refusesRowsThatDoNotContinueASequence() {
        try (CpuKernels kernels = CpuKernels.create(1)) {
            refuses(kernels, new int[] {0, 1, 0}, new int[] {0, 0, 1}, IllegalArgumentException.class, "not together");
            refuses(kernels, new int[] {0, 0, 1}, new int[] {4, 6, 0}, IllegalArgumentException.class, "row 1");
            refuses(kernels, new int[] {0, 0, 1}, new int[] {0, 1, -1}, IllegalArgumentException.class, "negative");
            refuses(kernels, new int[] {0, 0, 2}, new int[] {0, 1, 0}, IndexOutOfBoundsException.class, "2");
        }
    }

    private static void refuses(
            CpuKernels kernels, int[] sequences, int[] positions, Class<? extends Exception> type, String message) {
        TestTensors tensors = new TestTensors(kernels, new Random(1));
        Tensor q = tensors.zeros(3, 8);
        Tensor k = tensors.zeros(3, 4);
        Tensor cache = tensors.zeros(2, 5, 1, 4);
        assertThatThrownBy(() -> kernels.cachedAttention(
                        q,
                        k,
                        k,
                        tensors.integers(sequences),
                        tensors.integers(positions),
                        cache,
                        tensors.copy(cache),
                        q))
                .isInstanceOf(type)
                .hasMessageContaining(message);
    }
}
