package org.llamadl4j.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llamadl4j.model.Resources;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.kernel.cpu.CpuKernels;

class SafeTensorsTest {

    private static final Kernels KERNELS = CpuKernels.create(1);

    @TempDir
    Path folder;

    private static Tensor tensor(float[] values, long... shape) {
        Tensor tensor = new Tensor(KERNELS.allocate(ElementType.FLOAT32, values.length), shape);
        KERNELS.write(values, 0, tensor.buffer(), 0, values.length);
        return tensor;
    }

    private static float[] values(Tensor tensor) {
        float[] values = new float[(int) tensor.size()];
        KERNELS.read(tensor.buffer(), 0, values, 0, values.length);
        return values;
    }

    private static float[] random(int size, long seed) {
        Random random = new Random(seed);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** A file with this header, right or wrong, and {@code dataBytes} zeros. */
    private Path raw(String json, int dataBytes) throws IOException {
        byte[] header = json.getBytes(StandardCharsets.UTF_8);
        return raw(header.length, header, dataBytes);
    }

    private Path raw(long headerLength, byte[] header, int dataBytes) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(headerLength).put(header);
        return Files.write(folder.resolve("raw.safetensors"), bytes.array());
    }

    private static void assertRefused(Path file, String... because) {
        assertThatThrownBy(() -> SafeTensors.open(file).close())
                .isInstanceOf(UserError.class)
                .hasMessageContaining(file.getFileName().toString())
                .satisfies(e ->
                        assertThat(because).allSatisfy(words -> assertThat(e).hasMessageContaining(words)));
    }

    @Test
    void readsBackWhatItWrote() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        // More than a piece, less than one, a scalar, and nothing.
        tensors.put("large", tensor(random(300_001, 1), 300_001));
        tensors.put("matrix", tensor(random(15, 2), 3, 5));
        tensors.put("scalar", tensor(new float[] {-0f}));
        tensors.put("special", tensor(new float[] {Float.NaN, Float.NEGATIVE_INFINITY, Float.MIN_VALUE}, 3));
        Path file = folder.resolve("t.safetensors");
        SafeTensors.write(file, tensors, Map.of("step", "7", "größe", "ä\"\n"), KERNELS);

        try (SafeTensors read = SafeTensors.open(file)) {
            read.verify();
            assertThat(read.names()).containsExactlyElementsOf(tensors.keySet());
            assertThat(read.metadata()).containsEntry("step", "7").containsEntry("größe", "ä\"\n");
            for (Map.Entry<String, Tensor> written : tensors.entrySet()) {
                String name = written.getKey();
                Tensor target = new Tensor(
                        KERNELS.allocate(ElementType.FLOAT32, written.getValue().size()),
                        written.getValue().shape());
                read.read(name, target, KERNELS);
                assertThat(read.shape(name)).containsExactly(written.getValue().shape());
                assertThat(values(target)).isEqualTo(values(written.getValue()));
                assertThat(read.floats(name)).isEqualTo(values(written.getValue()));
            }
        }
    }

    @Test
    void alignsTheDataForReadersThatMapIt() throws IOException {
        for (int length = 1; length <= 8; length++) {
            Path file = folder.resolve("t.safetensors");
            SafeTensors.write(file, Map.of("x".repeat(length), tensor(new float[] {1}, 1)), Map.of(), KERNELS);
            byte[] bytes = Files.readAllBytes(file);
            long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
            assertThat(header % 8).isZero();
            assertThat(bytes).hasSize((int) (8 + header + Float.BYTES));
            assertThat((char) bytes[8]).isEqualTo('{');
        }
    }

    @Test
    void readsAFileOfAnotherWriter() throws IOException {
        try (SafeTensors golden = SafeTensors.open(Resources.copyGolden("plain.safetensors", folder))) {
            assertThat(golden.type("logits")).isEqualTo("F64");
            assertThat(golden.shape("logits")).containsExactly(2, 13, 97);
            assertThat(golden.doubles("logits")).hasSize(2 * 13 * 97).doesNotContain(0);
            assertThat(golden.type("tokens")).isEqualTo("I64");
            assertThat(golden.longs("tokens")).hasSize(2 * 13);
            assertThat(Arrays.stream(golden.longs("tokens"))).allMatch(id -> id >= 0 && id < 97);
            assertThat(golden.type("norm.weight")).isEqualTo("F32");
            assertThat(golden.floats("norm.weight")).hasSize(48);
            assertThat(golden.doubles("norm.weight")[0]).isBetween(0.5, 1.5);
            golden.verify();
        }
    }

    /** The file has a hole in place of nearly all its data, so it takes no room. */
    @Test
    void readsTensorsOfMoreThanTwoGigabytes() throws IOException {
        long size = 700_000_000;
        String header = "{\"x\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]}}".formatted(size, size * 4);
        Path file = raw(header, 0);
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.setLength(8 + header.length() + size * 4);
            open.seek(open.length() - 2);
            open.write(new byte[] {(byte) 0x80, 0x3f});
        }
        try (SafeTensors read = SafeTensors.open(file)) {
            float[] end = new float[3];
            read.read("x", size - 3, end, 3);
            assertThat(end).containsExactly(0, 0, 1);
        }
    }

    @Test
    void readsHalfPrecisionExactly() throws IOException {
        String header = "{\"half\":{\"dtype\":\"F16\",\"shape\":[65536],\"data_offsets\":[0,131072]},"
                + "\"brain\":{\"dtype\":\"BF16\",\"shape\":[65536],\"data_offsets\":[131072,262144]}}";
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length() + 262144).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length()).put(header.getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < 131072; i++) {
            bytes.putShort((short) i);
        }
        Path file = Files.write(folder.resolve("half.safetensors"), bytes.array());
        try (SafeTensors read = SafeTensors.open(file)) {
            float[] half = read.floats("half");
            float[] brain = read.floats("brain");
            float[] expectedHalf = new float[65536];
            float[] expectedBrain = new float[65536];
            for (int bits = 0; bits < 65536; bits++) {
                expectedHalf[bits] = (float) value(bits, 5, 10);
                expectedBrain[bits] = (float) value(bits, 8, 7);
            }
            assertThat(half).isEqualTo(expectedHalf);
            assertThat(brain).isEqualTo(expectedBrain);
        }
    }

    /** The definition of IEEE 754's binary formats. */
    private static double value(int bits, int exponentBits, int fractionBits) {
        int bias = (1 << exponentBits - 1) - 1;
        int exponent = bits >> fractionBits & (1 << exponentBits) - 1;
        double fraction = (bits & (1 << fractionBits) - 1) / (double) (1 << fractionBits);
        double sign = bits >> exponentBits + fractionBits == 0 ? 1 : -1;
        if (exponent == (1 << exponentBits) - 1) {
            return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
        }
        return exponent == 0
                ? sign * fraction * Math.pow(2, 1 - bias)
                : sign * (1 + fraction) * Math.pow(2, exponent - bias);
    }

    @ParameterizedTest
    @ValueSource(strings = {"F64", "F32", "I64", "I32"})
    void refusesToReadATypeAsAnother(String type) throws IOException {
        int bytes = type.endsWith("64") ? 8 : 4;
        Path file =
                raw("{\"x\":{\"dtype\":\"%s\",\"shape\":[1],\"data_offsets\":[0,%d]}}".formatted(type, bytes), bytes);
        try (SafeTensors read = SafeTensors.open(file)) {
            assertThatThrownBy(() -> {
                        if (type.startsWith("F")) {
                            read.longs("x");
                        } else {
                            read.floats("x");
                        }
                    })
                    .isInstanceOf(UserError.class)
                    .hasMessageContainingAll("'x'", type);
            assertThatThrownBy(() -> read.shape("y"))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("'y'");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}  | 4 | 'a'; needs 8 bytes
            {"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}  | 4 | 'a'; F31
            {"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}} | 4 | 'a'; shape
            {"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}| 4 | 'a'; shape
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}  | 4 | 'a'; data_offsets
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}    | 4 | 'a'; data_offsets
            {"a":{"dtype":"F32","shape":[1]}}                       | 4 | 'a'; data_offsets missing
            {"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}} | 4 | 'a'; no file can hold
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}  | 8 | 'a'; begins at byte 4
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} | 8 | 'b'; begins at byte 0
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | 8 | Duplicate
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  | 3 | cut short; 'a'
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  | 5 | describes 4 bytes; holds 5
            {"a":7}                                                 | 0 | 'a'
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} x| 4 | JSON
            {"a":                                                   | 4 | JSON
            [1]                                                     | 0 | JSON object
            """)
    void saysWhatIsWrongWithAHeader(String json, int dataBytes, String because) throws IOException {
        assertRefused(raw(json, dataBytes), because.split("; "));
    }

    @Test
    void refusesAFileThatIsNone() throws IOException {
        assertRefused(raw(1L << 40, new byte[100], 0), "no safetensors file");
        assertRefused(raw(-1, new byte[100], 0), "no safetensors file");
        assertRefused(raw(200, new byte[100], 0), "cut short");
        assertRefused(Files.write(folder.resolve("short"), new byte[7]), "cut short", "7 bytes");
        assertRefused(Files.write(folder.resolve("empty"), new byte[0]), "cut short");
        assertRefused(folder.resolve("absent"), "there is no file");
        assertRefused(folder, "cannot be read");
    }

    @Test
    void noticesEveryCutAndEveryAlteredByteOfTheData() throws IOException {
        Path file = folder.resolve("t.safetensors");
        SafeTensors.write(file, Map.of("a", tensor(random(20, 3), 4, 5)), Map.of("k", "v"), KERNELS);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            assertRefused(Files.write(folder.resolve("cut"), Arrays.copyOf(whole, length)));
        }
        for (int i = whole.length - 80; i < whole.length; i++) {
            byte[] altered = whole.clone();
            altered[i] ^= 0x10;
            try (SafeTensors read = SafeTensors.open(Files.write(folder.resolve("altered"), altered))) {
                assertThatThrownBy(read::verify)
                        .isInstanceOf(UserError.class)
                        .hasMessageContainingAll("altered", "checksum");
            }
        }
    }

    @Test
    void neverFailsOtherwiseThanClearlyOnAnAlteredHeader() throws IOException {
        Path file = folder.resolve("t.safetensors");
        SafeTensors.write(file, Map.of("a", tensor(random(20, 3), 4, 5)), Map.of("k", "v"), KERNELS);
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length - 80; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] altered = whole.clone();
                altered[i] ^= (byte) (1 << bit);
                Files.write(folder.resolve("altered"), altered);
                Throwable failure = catchThrowable(
                        () -> SafeTensors.open(folder.resolve("altered")).close());
                if (failure != null) {
                    assertThat(failure).isInstanceOf(UserError.class);
                }
            }
        }
    }

    @Test
    void leavesTheEarlierFileWhenWritingFails() throws IOException {
        Path file = folder.resolve("t.safetensors");
        SafeTensors.write(file, Map.of("a", tensor(new float[] {1}, 1)), Map.of(), KERNELS);
        byte[] before = Files.readAllBytes(file);

        SafeTensorsWriter writer = new SafeTensorsWriter(file, Map.of("a", new long[] {2}), Map.of());
        writer.append("a", new float[] {5}, 1);
        assertThatThrownBy(writer::commit).hasMessageContaining("4 of 8 bytes");
        writer.close();

        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void writesTensorsOnlyInTheirOrder() throws IOException {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put("a", new long[] {1});
        shapes.put("b", new long[] {1});
        try (SafeTensorsWriter writer = new SafeTensorsWriter(folder.resolve("t"), shapes, Map.of())) {
            assertThatThrownBy(() -> writer.append("b", new float[1], 1)).hasMessageContaining("'b'");
            writer.append("a", new float[1], 1);
            assertThatThrownBy(() -> writer.append("b", new float[2], 2)).hasMessageContaining("'b'");
        }
    }

    @Test
    void namesATensorOfAnotherShape() throws IOException {
        Path file = folder.resolve("t.safetensors");
        SafeTensors.write(file, Map.of("a", tensor(new float[6], 2, 3)), Map.of(), KERNELS);
        try (SafeTensors read = SafeTensors.open(file)) {
            assertThatThrownBy(() -> read.read("a", tensor(new float[6], 3, 2), KERNELS))
                    .isInstanceOf(UserError.class)
                    .hasMessageContainingAll("'a'", "[2, 3]", "[3, 2]");
        }
    }
}
