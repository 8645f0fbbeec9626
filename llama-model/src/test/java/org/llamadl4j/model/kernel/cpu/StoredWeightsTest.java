package org.llamadl4j.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.llamadl4j.model.kernel.Buffer;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Precision;
import org.llamadl4j.model.kernel.ReferenceOps;
import org.llamadl4j.model.kernel.Tensor;

/** Kernels over weights of every type against float64, in memory and in files. */
class StoredWeightsTest {

    @TempDir
    Path folder;

    @Provide
    Arbitrary<ElementType> types() {
        return Arbitraries.of(
                ElementType.FLOAT32,
                ElementType.FLOAT16,
                ElementType.BFLOAT16,
                ElementType.Q8_0,
                ElementType.Q8_0_GROUPED);
    }

    /** Those that files hold. */
    @Provide
    Arbitrary<ElementType> storedTypes() {
        return types().filter(type -> type != ElementType.Q8_0_GROUPED);
    }

    /** A width near {@code width} that rows of {@code type} can have. */
    private static int width(ElementType type, int width) {
        int block = type.blockLength();
        return (width + block - 1) / block * block;
    }

    @Property(tries = 150)
    void linearLayersOfMixedTypesAgreeWithTheReference(
            @ForAll("types") ElementType type,
            @ForAll("types") ElementType otherType,
            @ForAll @IntRange(min = 1, max = 40) int n,
            @ForAll @IntRange(min = 1, max = 600) int width,
            @ForAll @IntRange(min = 1, max = 70) int outputs,
            @ForAll @IntRange(min = 1, max = 70) int otherOutputs,
            @ForAll @IntRange(min = 1, max = 4) int threads,
            @ForAll Random random) {
        int inputs = width(otherType, width(type, width));
        try (CpuKernels kernels = CpuKernels.create(threads)) {
            TestTensors tensors = new TestTensors(kernels, random);
            StoredWeights[] weights = {
                StoredWeights.random(type, outputs, inputs, random),
                StoredWeights.random(otherType, otherOutputs, inputs, random)
            };
            Tensor x = tensors.normal(n, inputs);
            Tensor[] outs = {tensors.garbage(n, outputs), tensors.garbage(n, otherOutputs)};

            kernels.linear(
                    x,
                    Arrays.stream(weights).map(weight -> weight.tensor(kernels)).toArray(Tensor[]::new),
                    outs);

            for (int i = 0; i < weights.length; i++) {
                assertCloseRowByRow(tensors, outs[i], tensors.doubles(x), weights[i], n);
            }
        }
    }

    /** Row by row of the weights, because some rows are tiny; the scale of errors is that of what was added up. */
    private static void assertCloseRowByRow(
            TestTensors tensors, Tensor out, double[] x, StoredWeights weight, int rows) {
        double[] actual = tensors.doubles(out);
        double[] expected = ReferenceOps.linear(x, weight.values(), rows, weight.columns(), weight.rows());
        double[] sizes = ReferenceOps.linear(
                Arrays.stream(x).map(Math::abs).toArray(),
                Arrays.stream(weight.values()).map(Math::abs).toArray(),
                rows,
                weight.columns(),
                weight.rows());
        for (int i = 0; i < actual.length; i++) {
            assertThat(Math.abs(actual[i] - expected[i]))
                    .as("%s, element %d: %s for %s", weight.type(), i, actual[i], expected[i])
                    .isLessThanOrEqualTo(TestTensors.TOLERANCE * sizes[i]);
        }
    }

    @Property(tries = 8)
    void largeLayersAreCutIntoBlocks(
            @ForAll("types") ElementType type,
            @ForAll @IntRange(min = 1, max = 3) int threads,
            @ForAll boolean manyRows,
            @ForAll Random random) {
        int n = manyRows ? FewRowsProduct.MOST_ROWS + 2 : 5;
        int inputs = width(type, 2112);
        int outputs = 2064;
        try (CpuKernels kernels = CpuKernels.create(threads)) {
            TestTensors tensors = new TestTensors(kernels, random);
            StoredWeights weight = StoredWeights.random(type, outputs, inputs, random);
            Tensor x = tensors.normal(n, inputs);
            Tensor out = tensors.garbage(n, outputs);

            kernels.linear(x, weight.tensor(kernels), out);

            assertCloseRowByRow(tensors, out, tensors.doubles(x), weight, n);
        }
    }

    @Property(tries = 20)
    void productsOfRoundedOperandsTakeThemToo(@ForAll("types") ElementType type, @ForAll Random random) {
        int n = FewRowsProduct.MOST_ROWS + 1;
        int inputs = width(type, 64);
        try (CpuKernels kernels = CpuKernels.create(2, Precision.BFLOAT16)) {
            TestTensors tensors = new TestTensors(kernels, random);
            StoredWeights weight = StoredWeights.random(type, 50, inputs, random);
            Tensor x = tensors.normal(n, inputs);
            Tensor out = tensors.garbage(n, 50);

            kernels.linear(x, weight.tensor(kernels), out);

            double[] expected = ReferenceOps.linear(tensors.doubles(x), weight.values(), n, inputs, 50);
            double[] actual = tensors.doubles(out);
            double[] error = new double[actual.length];
            Arrays.setAll(error, i -> actual[i] - expected[i]);
            assertThat(TestTensors.norm(error)).isLessThan(0.01 * TestTensors.norm(expected));
        }
    }

    @Property(tries = 60)
    void rowsAreLookedUp(
            @ForAll("types") ElementType type,
            @ForAll @IntRange(min = 1, max = 150) int width,
            @ForAll @IntRange(min = 1, max = 20) int vocabulary,
            @ForAll Random random) {
        int columns = width(type, width);
        try (CpuKernels kernels = CpuKernels.create(2)) {
            TestTensors tensors = new TestTensors(kernels, random);
            StoredWeights weight = StoredWeights.random(type, vocabulary, columns, random);
            int[] tokens = tensors.randomIntegers(70, 0, vocabulary);
            Tensor out = tensors.garbage(70, columns);

            kernels.embedding(tensors.integers(tokens), weight.tensor(kernels), out);

            float[] actual = tensors.floats(out);
            for (int i = 0; i < actual.length; i++) {
                double expected = weight.values()[tokens[i / columns] * columns + i % columns];
                assertThat(actual[i]).isEqualTo((float) expected);
            }
        }
    }

    @Property(tries = 30)
    void crossEntropyAgreesWithThatOfTheSameNumbersInFloat32(
            @ForAll("types") ElementType type,
            @ForAll @IntRange(min = 1, max = 50) int n,
            @ForAll @IntRange(min = 2, max = 90) int vocabulary,
            @ForAll Random random) {
        int width = width(type, 64);
        try (CpuKernels kernels = CpuKernels.create(2)) {
            TestTensors tensors = new TestTensors(kernels, random);
            StoredWeights weight = StoredWeights.random(type, vocabulary, width, random);
            double largest = Arrays.stream(weight.values()).map(Math::abs).max().orElseThrow();
            Tensor hidden = tensors.normal(n, width);
            // Logits of a size that a softmax can tell apart.
            float[] scaled = tensors.floats(hidden);
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] /= (float) Math.max(largest, 1e-6);
            }
            kernels.write(scaled, 0, hidden.buffer(), 0, scaled.length);
            float[] floats = new float[weight.values().length];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = (float) weight.values()[i];
            }
            Tensor targets = tensors.integers(tensors.randomIntegers(n, -1, vocabulary));
            Tensor tokenLoss = tensors.garbage(n);
            Tensor loss = tensors.garbage(1);
            Tensor expectedTokenLoss = tensors.garbage(n);
            Tensor expectedLoss = tensors.garbage(1);

            kernels.crossEntropy(hidden, weight.tensor(kernels), targets, tokenLoss, loss);
            kernels.crossEntropy(
                    hidden, tensors.of(floats, vocabulary, width), targets, expectedTokenLoss, expectedLoss);

            tensors.assertClose("tokenLoss", tokenLoss, tensors.doubles(expectedTokenLoss));
            tensors.assertClose("loss", loss, tensors.doubles(expectedLoss));
        }
    }

    @Property(tries = 60)
    void mappedFilesAreTheSameAsMemory(
            @ForAll("storedTypes") ElementType type,
            @ForAll @IntRange(min = 0, max = 70) int offset,
            @ForAll @IntRange(min = 1, max = 100) int width,
            @ForAll @IntRange(min = 1, max = 40) int n,
            @ForAll Random random)
            throws IOException {
        int columns = width(type, width);
        Path file = Files.createTempFile("weights", ".bin");
        try (CpuKernels kernels = CpuKernels.create(2)) {
            TestTensors tensors = new TestTensors(kernels, random);
            StoredWeights weight = StoredWeights.random(type, 30, columns, random);
            Tensor mapped = new Tensor(map(kernels, file, offset, weight), 30, columns);
            Tensor x = tensors.normal(n, columns);
            Tensor out = tensors.garbage(n, 30);
            Tensor expected = tensors.garbage(n, 30);
            Tensor rows = tensors.garbage(3, columns);
            Tensor expectedRows = tensors.garbage(3, columns);
            Tensor tokens = tensors.integers(new int[] {29, 0, 7});

            kernels.linear(x, mapped, out);
            kernels.linear(x, weight.tensor(kernels), expected);
            kernels.embedding(tokens, mapped, rows);
            kernels.embedding(tokens, weight.tensor(kernels), expectedRows);

            assertThat(tensors.floats(mapped)).containsExactly(tensors.floats(weight.tensor(kernels)));
            assertThat(tensors.floats(rows)).containsExactly(tensors.floats(expectedRows));
            tensors.assertClose("out", out, tensors.doubles(expected));
        } finally {
            Files.delete(file);
        }
    }

    private static Buffer map(CpuKernels kernels, Path file, int offset, StoredWeights weight) throws IOException {
        byte[] bytes = new byte[offset + weight.bytes().length];
        System.arraycopy(weight.bytes(), 0, bytes, offset, weight.bytes().length);
        Files.write(file, bytes);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return kernels.map(weight.type(), channel, offset, weight.values().length);
        }
    }

    @Test
    void filesThatAreTooShortAreRefused() throws IOException {
        Path file = folder.resolve("short.bin");
        Files.write(file, new byte[100]);
        try (CpuKernels kernels = CpuKernels.create(1);
                FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            assertThatThrownBy(() -> kernels.map(ElementType.FLOAT16, channel, 2, 50))
                    .isInstanceOf(IOException.class);
            assertThat(kernels.map(ElementType.FLOAT16, channel, 2, 49).length())
                    .isEqualTo(49);
        }
    }

    @Test
    void mappedFloatsAreNotWrittenTo() throws IOException {
        Path file = folder.resolve("floats.bin");
        Files.write(file, new byte[64]);
        try (CpuKernels kernels = CpuKernels.create(1);
                FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            Buffer mapped = kernels.map(ElementType.FLOAT32, channel, 0, 16);
            assertThat(mapped.isWritable()).isFalse();
            assertThat(kernels.map(ElementType.FLOAT16, channel, 0, 16).isWritable())
                    .isFalse();
            assertThat(kernels.allocate(ElementType.FLOAT32, 16).isWritable()).isTrue();
            assertThat(kernels.allocate(ElementType.FLOAT16, 16).isWritable()).isTrue();
            assertThatThrownBy(() -> kernels.fill(new Tensor(mapped, 16), 1f)).isInstanceOf(RuntimeException.class);
            assertThatThrownBy(() -> kernels.write(new float[1], 0, mapped, 0, 1))
                    .isInstanceOf(RuntimeException.class);
        }
    }

    /** The file is sparse: it takes no room but for the two rows that are written. */
    @Test
    void mappedTensorsMayBeLargerThan2GiB() throws IOException {
        int columns = 1 << 15;
        int rows = (1 << 15) + 300;
        Random random = new Random(3);
        StoredWeights last = StoredWeights.random(ElementType.BFLOAT16, 300, columns, random);
        Path file = folder.resolve("large.bin");
        try (CpuKernels kernels = CpuKernels.create(2);
                FileChannel channel = FileChannel.open(
                        file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            channel.write(ByteBuffer.wrap(last.bytes()), 2L * columns * (rows - 300));
            Tensor mapped =
                    new Tensor(kernels.map(ElementType.BFLOAT16, channel, 0, (long) rows * columns), rows, columns);
            assertRowsAreAtTheEnd(kernels, mapped, last);
        }
    }

    /** The system gives pages to what is written only. */
    @Test
    void allocatedTensorsMayBeLargerThan2GiB() {
        int columns = 1 << 15;
        int rows = (1 << 15) + 300;
        StoredWeights last = StoredWeights.random(ElementType.FLOAT16, 300, columns, new Random(3));
        try (CpuKernels kernels = CpuKernels.create(2)) {
            Tensor tensor = new Tensor(kernels.allocate(ElementType.FLOAT16, (long) rows * columns), rows, columns);
            kernels.write(last.bytes(), 0, tensor.buffer(), (long) (rows - 300) * columns, 300 * columns);
            assertRowsAreAtTheEnd(kernels, tensor, last);
        }
    }

    private static void assertRowsAreAtTheEnd(CpuKernels kernels, Tensor tensor, StoredWeights last) {
        TestTensors tensors = new TestTensors(kernels, new Random(4));
        int columns = last.columns();
        int first = tensor.rows() - last.rows();
        Tensor rows = tensors.garbage(2, columns);
        kernels.embedding(tensors.integers(new int[] {first, first + 299}), tensor, rows);
        float[] actual = tensors.floats(rows);
        for (int i = 0; i < columns; i++) {
            assertThat(actual[i]).isEqualTo((float) last.values()[i]);
            assertThat(actual[columns + i]).isEqualTo((float) last.values()[299 * columns + i]);
        }

        Buffer end = tensor.buffer().slice((long) (first + 98) * columns, 202L * columns);
        Tensor x = tensors.normal(1, columns);
        Tensor out = tensors.garbage(1, 202);
        kernels.linear(x, new Tensor(end, 202, columns), out);
        double[] values = Arrays.copyOfRange(last.values(), 98 * columns, last.values().length);
        tensors.assertClose("out", out, ReferenceOps.linear(tensors.doubles(x), values, 1, columns, 202));
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"FLOAT32", "FLOAT16", "BFLOAT16", "Q8_0", "Q8_0_GROUPED"})
    void numbersThatAreNotFiniteAreFoundWhereverTheyAre(ElementType type) {
        Random random = new Random(5);
        // More than one piece, and an end that is no whole vector where the type allows it.
        int columns = width(type, 7003);
        try (CpuKernels kernels = CpuKernels.create(2)) {
            StoredWeights weight = StoredWeights.random(type, 20, columns, random);
            assertThat(kernels.isFinite(weight.tensor(kernels))).isTrue();
            for (int index : new int[] {0, 1, 70_001, 20 * columns - 1}) {
                StoredWeights broken =
                        new StoredWeights(type, 20, columns, weight.bytes().clone(), weight.values());
                spoil(broken, index);
                assertThat(kernels.isFinite(broken.tensor(kernels)))
                        .as("element %d", index)
                        .isFalse();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"FLOAT16, 0x7bff", "FLOAT16, 0xfbff", "BFLOAT16, 0x7f7f", "BFLOAT16, 0xff7f"})
    void theLargestNumbersAreFinite(ElementType type, String bits) {
        short half = (short) (int) Integer.decode(bits);
        byte[] bytes = new byte[2 * 1001];
        for (int i = 0; i < bytes.length; i += 2) {
            bytes[i] = (byte) half;
            bytes[i + 1] = (byte) (half >> 8);
        }
        try (CpuKernels kernels = CpuKernels.create(2)) {
            Tensor tensor = new Tensor(kernels.allocate(type, 1001), 1001);
            kernels.write(bytes, 0, tensor.buffer(), 0, 1001);
            assertThat(kernels.isFinite(tensor)).isTrue();
        }
    }

    /** Makes one number infinite, or not a number. */
    private static void spoil(StoredWeights weight, int index) {
        byte[] bytes = weight.bytes();
        switch (weight.type()) {
            case FLOAT32 -> {
                bytes[4 * index + 3] = (byte) 0xff;
                bytes[4 * index + 2] = (byte) 0x80;
            }
            case FLOAT16 -> bytes[2 * index + 1] = 0x7c;
            case BFLOAT16 -> {
                bytes[2 * index + 1] = 0x7f;
                bytes[2 * index] = (byte) 0xc0;
            }
            default -> bytes[index / 32 * 34 + 1] = (byte) 0xfc;
        }
    }

    @Test
    void partsOfBlocksAreRefused() {
        try (CpuKernels kernels = CpuKernels.create(1)) {
            assertThatThrownBy(() -> kernels.allocate(ElementType.Q8_0, 33))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("33 elements are no whole number of blocks of 32");
            Buffer buffer = kernels.allocate(ElementType.Q8_0, 96);
            assertThatThrownBy(() -> buffer.slice(16, 32)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> buffer.slice(64, 64)).isInstanceOf(IndexOutOfBoundsException.class);
            Tensor weight = new Tensor(buffer, 6, 16);
            TestTensors tensors = new TestTensors(kernels, new Random(1));
            assertThatThrownBy(() -> kernels.linear(tensors.zeros(1, 16), weight, tensors.zeros(1, 6)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("rows of Q8_0 are multiples of 32, which Q8_0[6, 16] has not");
        }
    }

    @Test
    void groupedBlocksAreWrittenGroupByGroup() throws IOException {
        ElementType type = ElementType.Q8_0_GROUPED;
        Random random = new Random(6);
        try (CpuKernels kernels = CpuKernels.create(2)) {
            StoredWeights weight = StoredWeights.random(type, 3, 512, random);
            Buffer buffer = kernels.allocate(type, 3 * 512);
            int groupBytes = (int) ElementType.Q8_0.bytes(256);
            for (int group = 5; group >= 0; group--) {
                kernels.write(weight.bytes(), group * groupBytes, buffer, group * 256L, 256);
            }
            float[] numbers = new float[256];
            for (int group = 0; group < 6; group++) {
                kernels.read(buffer, group * 256L, numbers, 0, 256);
                for (int i = 0; i < 256; i++) {
                    assertThat(numbers[i]).isEqualTo((float) weight.values()[group * 256 + i]);
                }
            }
            assertThatThrownBy(() -> kernels.write(weight.bytes(), groupBytes, buffer, 0, 6 * 256))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> kernels.write(weight.bytes(), 0, buffer, 256, 6 * 256))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> kernels.allocate(type, 32))
                    .hasMessage("32 elements are no whole number of blocks of 256");
            Path file = folder.resolve("grouped.bin");
            Files.write(file, new byte[288]);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                assertThatThrownBy(() -> kernels.map(type, channel, 0, 256))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("no file holds numbers of type Q8_0_GROUPED");
            }
        }
    }

    @Test
    void nothingButWeightsMayBeStoredSo() {
        try (CpuKernels kernels = CpuKernels.create(1)) {
            TestTensors tensors = new TestTensors(kernels, new Random(1));
            Tensor stored = new Tensor(kernels.allocate(ElementType.BFLOAT16, 12), 3, 4);
            Tensor x = tensors.zeros(2, 4);
            Tensor out = tensors.zeros(2, 3);
            assertThatThrownBy(() -> kernels.fill(stored, 1f))
                    .hasMessage("float32 memory of the CPU is needed, not BFLOAT16[3, 4]");
            assertThatThrownBy(() -> kernels.linearGradient(
                            x, new Tensor[] {stored}, new Tensor[] {out}, x, new Tensor[] {tensors.zeros(3, 4)}))
                    .hasMessage("float32 memory of the CPU is needed, not BFLOAT16[3, 4]");
            assertThatThrownBy(() -> kernels.write(new byte[8], 0, x.buffer(), 0, 2))
                    .hasMessage("bytes cannot be written to memory of FLOAT32");
            assertThatThrownBy(() -> kernels.write(new float[8], 0, stored.buffer(), 0, 2))
                    .hasMessage("float32 memory of the CPU is needed, not BFLOAT16");
        }
    }
}
