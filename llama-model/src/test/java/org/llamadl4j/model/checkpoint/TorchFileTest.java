package org.llamadl4j.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.llamadl4j.model.error.UserError;

class TorchFileTest {

    private static final String PREFIX = "consolidated/";

    @TempDir
    Path folder;

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("model.pth"), bytes);
    }

    private static TorchBytes valid() {
        Map<String, TorchBytes.Stored> tensors = new LinkedHashMap<>();
        tensors.put("first", new TorchBytes.Stored(ElementFormat.F16, new long[] {2, 3}, ascending(12)));
        tensors.put("second", new TorchBytes.Stored(ElementFormat.F32, new long[] {4}, ascending(16)));
        return TorchBytes.of(tensors);
    }

    private static byte[] ascending(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i + 1);
        }
        return bytes;
    }

    @Test
    void readsAnyPartOfATensor() throws IOException {
        try (TorchFile file = TorchFile.open(write(valid().toBytes()))) {
            assertThat(file.names()).containsExactlyInAnyOrder("first", "second");
            assertThat(file.tensor("first").shape()).containsExactly(2, 3);
            assertThat(file.tensor("third")).isNull();
            byte[] two = new byte[4];
            file.read(file.tensor("first"), 4, ByteBuffer.wrap(two));
            assertThat(two).containsExactly(9, 10, 11, 12);
        }
    }

    private void assertRefused(byte[] bytes, String... words) throws IOException {
        Path path = write(bytes);
        assertThatThrownBy(() -> TorchFile.open(path))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.getExitStatus()).isEqualTo(1))
                .hasMessageStartingWith(path.toString())
                .hasMessageContainingAll(words);
    }

    private static Arguments zip(String word, Consumer<TorchBytes> change) {
        return Arguments.of(word, change);
    }

    static Stream<Arguments> archives() {
        return Stream.of(
                zip("compressed", file -> file.entry(PREFIX + "data/0").method = 8),
                zip("compressed", file -> file.entry(PREFIX + "data/0").flags |= 1),
                zip("compressed", file -> file.entry(PREFIX + "data/0").size = 1L << 40),
                zip("central directory", file -> {
                    file.entry(PREFIX + "data/0").size = 1L << 40;
                    file.entry(PREFIX + "data/0").compressedSize = 1L << 40;
                }),
                zip("model.pth: ", file -> {
                    file.entry(PREFIX + "data/0").size = Long.MAX_VALUE;
                    file.entry(PREFIX + "data/0").compressedSize = Long.MAX_VALUE;
                }),
                zip("negative", file -> {
                    file.entry(PREFIX + "data/0").size = -1;
                    file.entry(PREFIX + "data/0").compressedSize = -1;
                }),
                zip("inside the one before it", file -> file.entry(PREFIX + "data/1").offset = 0L),
                zip("directory", file -> file.entry(PREFIX + "data/1").offset = 1L << 50),
                zip("two entries 'consolidated/data/1'", file -> file.add(PREFIX + "data/1", new byte[16])),
                zip("consolidated/../../etc/passwd", file -> file.add("consolidated/../../etc/passwd", new byte[1])),
                zip("/etc/passwd", file -> file.add("/etc/passwd", new byte[1])),
                zip("c:\\windows", file -> file.add("consolidated/c:\\windows", new byte[1])),
                zip("another/data/1", file -> file.add("another/data/1", new byte[1])),
                zip("consolidated/", file -> file.add("consolidated/", new byte[0])),
                zip("'consolidated/./data/1'", file -> file.add("consolidated/./data/1", new byte[1])),
                zip("no entry 'data/1'", file -> file.entries.remove(file.entry(PREFIX + "data/1"))),
                zip("no entry 'data.pkl'", file -> file.entries.remove(file.entry(PREFIX + "data.pkl"))),
                zip("data/1", file -> {
                    file.entries.remove(file.entry(PREFIX + "data/1"));
                    file.add(PREFIX + "data/1", new byte[17]);
                }),
                zip("little", file -> {
                    file.entries.remove(file.entry(PREFIX + "byteorder"));
                    file.add(PREFIX + "byteorder", "big".getBytes(StandardCharsets.US_ASCII));
                }),
                zip("byteorder", file -> {
                    file.entries.remove(file.entry(PREFIX + "byteorder"));
                    file.add(PREFIX + "byteorder", new byte[1000]);
                }));
    }

    @ParameterizedTest
    @MethodSource("archives")
    void refusesArchivesThatTorchSaveDoesNotWrite(String word, Consumer<TorchBytes> change) throws IOException {
        TorchBytes file = valid();
        change.accept(file);
        assertRefused(file.toBytes(), word);
    }

    @Test
    void refusesWhatIsNoWholeArchive() throws IOException {
        byte[] valid = valid().toBytes();
        assertRefused(new byte[0], "zip");
        assertRefused("PK".getBytes(StandardCharsets.US_ASCII), "zip");
        assertRefused(Arrays.copyOf(valid, valid.length - 1), "cut short");
        assertRefused(Arrays.copyOf(valid, valid.length / 2), "cut short");
        assertRefused(Arrays.copyOfRange(valid, 1, valid.length), "zip");
        assertThatThrownBy(() -> TorchFile.open(folder)).hasMessageContaining("is a folder");
        assertThatThrownBy(() -> TorchFile.open(folder.resolve("x"))).hasMessageContaining("there is no file");
    }

    /** A directory of many entries with the same name would fill lists of them for ever. */
    @Test
    void refusesADirectoryWithoutEnd() throws IOException {
        TorchBytes file = valid();
        for (int i = 0; i < 40_000; i++) {
            file.add(PREFIX + "data/1", new byte[0]);
        }
        assertRefused(file.toBytes(), "more than");
    }

    private static Arguments pickle(String word, UnaryOperator<PickleBytes> content) {
        return Arguments.of(word, content);
    }

    static Stream<Arguments> pickles() {
        return Stream.of(
                // What runs in Python when such a file is loaded there.
                pickle(
                        "os.system",
                        p -> p.global("os", "system").opcodes("(").text("true").opcodes("tR.")),
                pickle(
                        "posix.system",
                        p -> p.opcodes("}").text("a").global("posix", "system").opcodes("s.")),
                pickle(
                        "builtins.eval",
                        p -> p.global("builtins", "eval").opcodes("(").text("1").opcodes("tR.")),
                pickle("__builtin__.exec", p -> p.global("__builtin__", "exec").opcodes(".")),
                pickle("os.system", p -> p.opcodes("(").text("true").opcodes("ios\nsystem\n.")),
                pickle("INST", p -> p.opcodes("(icollections\nOrderedDict\n.")),
                // What the library would make Java objects of.
                pickle("decimal.Decimal", p -> p.global("decimal", "Decimal").opcodes(".")),
                pickle(
                        "datetime.datetime",
                        p -> p.global("datetime", "datetime").opcodes(".")),
                pickle(
                        "operator.attrgetter",
                        p -> p.global("operator", "attrgetter").opcodes(".")),
                pickle("torch._utils._rebuild_parameter", p -> p.global("torch._utils", "_rebuild_parameter")),
                pickle("collections..OrderedDict", p -> p.global("collections.", "OrderedDict")),
                pickle("collections.OrderedDict?", p -> p.opcodes("ccollections\nOrderedDict\r\n")),
                // NEWOBJ, OBJ, DUP, STACK_GLOBAL, EXT1, BINBYTES8, BYTEARRAY8, NEXT_BUFFER, LONG4, LONG, PUT
                pickle("0x81", p -> p.opcodes("\u0081.")),
                pickle("0x6f", p -> p.opcodes("o.")),
                pickle("0x32", p -> p.opcodes("}2.")),
                pickle("0x93", p -> p.opcodes("\u0093.")),
                pickle("0x82", p -> p.opcodes("\u0082\u0001.")),
                pickle("0x8e", p -> p.opcodes("\u008e")),
                pickle("0x96", p -> p.opcodes("\u0096")),
                pickle("0x97", p -> p.opcodes("\u0097")),
                pickle("0x8b", p -> p.opcodes("\u008b\u00ff\u00ff\u00ff\u007f")),
                pickle("0x4c", p -> p.opcodes("L1\n.")),
                pickle("0x70", p -> p.opcodes("p99999999\n.")),
                pickle("0x00", p -> p.opcodes("\u0000")),
                pickle("protocol 4", p -> p.opcodes("\u0080\u0004}.")),
                pickle("a number of 255 bytes", p -> p.opcodes("\u008a\u00ff")),
                // Lengths and places that are not there.
                pickle("too early", p -> p.opcodes("X\u00ff\u00ff\u00ff\u007f")),
                pickle("too early", p -> p.opcodes("X\u00ff\u00ff\u00ff\u00ff")),
                pickle("too early", p -> p.opcodes("X")),
                pickle("too early", p -> p.opcodes("ccollections\n")),
                pickle("invalid memo key", p -> p.opcodes("h\u0001.")),
                pickle("damaged", p -> p.opcodes(".")),
                pickle("damaged", p -> p.opcodes("t.")),
                pickle("damaged", p -> p.opcodes("}u.")),
                pickle("damaged", p -> p.opcodes("((u.")),
                pickle("no string", p -> p.opcodes("}(}u.")),
                pickle("damaged", p -> p.opcodes("}(").text("a").opcodes("u.")),
                pickle("damaged", p -> p.opcodes("q\u0001.")),
                pickle("damaged", p -> p.opcodes("}}R.")),
                pickle("damaged", p -> p.opcodes("b.")),
                pickle(
                        "something other than a dict",
                        p -> p.global("collections", "OrderedDict").opcodes("}b.")),
                pickle("something other than a dict", p -> p.opcodes("})b.")),
                // Dicts that are no dicts of tensors.
                pickle("no dict", p -> p.number(1).opcodes(".")),
                pickle(
                        "'a' is no tensor",
                        p -> p.opcodes("}").text("a").number(1).opcodes("s.")),
                pickle("'model' is no tensor", p -> p.opcodes("}").text("model").opcodes("}s.")),
                pickle(
                        "'self' is no tensor",
                        p -> p.opcodes("}q\0").text("self").opcodes("h\0s.")),
                pickle("no string", p -> p.opcodes("}}}s.")),
                pickle("no string", p -> p.opcodes("}q\0h\0}s.")),
                pickle(
                        "twice",
                        p -> p.opcodes("}(")
                                .text("a")
                                .number(1)
                                .text("a")
                                .number(1)
                                .opcodes("u.")),
                pickle(
                        "begins with entries",
                        p -> p.global("collections", "OrderedDict").opcodes("}\u0085R.")),
                pickle("like a function", p -> p.global("torch", "FloatStorage").opcodes(")R.")),
                // Storages and tensors.
                pickle("persistent id", p -> p.opcodes("}Q.")),
                pickle("persistent id", p -> p.text("0").opcodes("Q.")),
                pickle(
                        "no class of storages",
                        p -> p.opcodes("(")
                                .text("storage")
                                .global("collections", "OrderedDict")
                                .text("0")
                                .text("cpu")
                                .number(1)
                                .opcodes("tQ.")),
                pickle("no number for its key", p -> p.storage("FloatStorage", "../0", 1)),
                pickle("no number for its key", p -> p.storage("FloatStorage", "\u0663", 1)),
                pickle("whole number", p -> p.storage("FloatStorage", "0", -1)),
                pickle(
                        "no file can hold",
                        p -> rebuild(p, 0, new long[] {1L << 32, 1L << 31}, new long[] {1L << 31, 1})),
                pickle("does not fit", p -> rebuild(p, 1, new long[] {4}, new long[] {1})),
                pickle("whole number", p -> rebuild(p, -1, new long[] {4}, new long[] {1})),
                pickle("no file can hold", p -> rebuild(p, Long.MAX_VALUE, new long[] {4}, new long[] {1})),
                pickle("strides [1, 2]", p -> rebuild(p, 0, new long[] {2, 2}, new long[] {1, 2})),
                pickle("strides [0]", p -> rebuild(p, 0, new long[] {4}, new long[] {0})),
                pickle("not made of", p -> rebuild(p, 0, new long[] {4}, new long[] {1, 1})),
                pickle(
                        "not made of",
                        p -> p.global("torch._utils", "_rebuild_tensor_v2").opcodes(")R.")));
    }

    @Test
    void refusesStoragesThatTheArchiveDoesNotHold() throws IOException {
        for (String key : new String[] {"7", "1"}) {
            TorchBytes file = TorchBytes.ofPickle(new PickleBytes()
                    .opcodes("}")
                    .text("a")
                    .tensor("FloatStorage", key, 1L << 40)
                    .opcodes("s.")
                    .toBytes());
            file.add(PREFIX + "data/1", new byte[16]);
            assertRefused(
                    file.toBytes(),
                    key.equals("7") ? "no entry 'data/7'" : "'a' is in a storage of 1099511627776 elements of F32");
        }
    }

    private static PickleBytes rebuild(PickleBytes pickle, long offset, long[] shape, long[] strides) {
        return pickle.global("torch._utils", "_rebuild_tensor_v2")
                .opcodes("(")
                .storage("FloatStorage", "1", 4)
                .number(offset)
                .tuple(shape)
                .tuple(strides)
                .opcodes("\u0089}tR");
    }

    @ParameterizedTest
    @MethodSource("pickles")
    void refusesPicklesOfAnythingButTensors(String word, UnaryOperator<PickleBytes> content) throws IOException {
        TorchBytes file = TorchBytes.ofPickle(
                content.apply(new PickleBytes()).opcodes(".").toBytes());
        file.add(PREFIX + "data/1", new byte[16]);
        assertRefused(file.toBytes(), "data.pkl", word);
    }

    /** Two to the power of 60 elements, if they were counted. */
    @Test
    void tuplesOfTuplesTakeNoTime() throws IOException {
        PickleBytes pickle = new PickleBytes().opcodes("}").text("a").opcodes(")");
        for (int i = 0; i < 60; i++) {
            pickle.opcodes("q\0h\0\u0086");
        }
        assertRefused(TorchBytes.ofPickle(pickle.opcodes("s.").toBytes()).toBytes(), "'a' is no tensor");
    }

    @Test
    void refusesAPickleWithoutEnd() throws IOException {
        TorchBytes file = TorchBytes.ofPickle(
                new PickleBytes().opcodes("}".repeat(5 << 20)).toBytes());
        assertRefused(file.toBytes(), "data.pkl", "is the most");
    }

    @Test
    void oneStorageMayServeSeveralTensors() throws IOException {
        PickleBytes pickle = new PickleBytes().opcodes("}").text("a");
        rebuild(pickle, 2, new long[] {1, 2}, new long[] {99, 1}).opcodes("s").text("b");
        rebuild(pickle, 0, new long[] {4}, new long[] {1}).opcodes("s.");
        TorchBytes bytes = TorchBytes.ofPickle(pickle.toBytes());
        bytes.add(PREFIX + "data/1", ascending(16));
        try (TorchFile file = TorchFile.open(write(bytes.toBytes()))) {
            byte[] last = new byte[4];
            file.read(file.tensor("a"), 1, ByteBuffer.wrap(last));
            assertThat(last).containsExactly(13, 14, 15, 16);
            file.read(file.tensor("b"), 3, ByteBuffer.wrap(last));
            assertThat(last).containsExactly(13, 14, 15, 16);
        }
    }
}
