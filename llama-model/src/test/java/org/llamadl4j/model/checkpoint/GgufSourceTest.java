package org.llamadl4j.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.checkpoint.GgufBytes.Described;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.config.RopeScaling;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;

class GgufSourceTest {

    /** For an offset that is not changed. */
    private static final long AS_IT_IS = -1;

    @TempDir
    Path folder;

    private Path write(GgufBytes file) throws IOException {
        return Files.write(folder.resolve("model.gguf"), file.toBytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void readsAModelFromElsewhere(int version) throws IOException {
        GgufBytes file = GgufBytes.llama();
        file.version = version;
        try (Kernels kernels = CpuKernels.create(1)) {
            LlamaModel model = ModelReader.read(write(file), kernels);
            assertThat(model.config())
                    .isEqualTo(LlamaConfig.builder()
                            .dim(8)
                            .layers(2)
                            .heads(2)
                            .kvHeads(1)
                            .hiddenDim(12)
                            .vocabSize(GgufBytes.VOCAB)
                            .contextLength(16)
                            .normEps(1e-5)
                            .ropeTheta(10000)
                            .tiedEmbeddings(true)
                            .build());
            assertThat(model.tokenizer().bosId()).isEqualTo(1);
            assertThat(model.tokenizer().eosId()).isEqualTo(2);
            assertThat(model.tokenizer().encode("a")).containsExactly(259, 3 + 'a');
            float[] wk = new float[32];
            kernels.read(model.weights().get(LlamaWeights.wk(1)).buffer(), 0, wk, 0, 32);
            for (int i = 0; i < wk.length; i++) {
                assertThat(wk[i]).isEqualTo(i);
            }
        }
    }

    @Test
    void followsTheAlignmentOfTheFile() throws IOException {
        GgufBytes aligned = GgufBytes.llama(64);
        aligned.metadata.put("general.alignment", GgufBytes.uint32(64));
        GgufSource.open(write(aligned)).close();
        GgufBytes other = GgufBytes.llama(32);
        other.metadata.put("general.alignment", GgufBytes.uint32(64));
        assertThatThrownBy(() -> GgufSource.open(write(other))).hasMessageContaining("multiple of 64");
    }

    @ParameterizedTest
    @CsvSource({"1.0E8, 8, llama3:8.0:1.0:4.0:8192", "1.0E8, 32, llama3:32.0:1.0:4.0:8192", "1000, 1, none"})
    void recognisesTheDivisorsOfLlama3_1(float theta, float last, String scaling) throws IOException {
        GgufBytes file = GgufBytes.llama();
        file.metadata.put("llama.rope.freq_base", GgufBytes.float32(theta));
        file.addFloats("rope_freqs.weight", 1, last);
        try (GgufSource source = GgufSource.open(write(file))) {
            assertThat(source.config().ropeScaling().text()).isEqualTo(scaling);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "llama.rope.scaling.factor, 2.5, linear:2.5",
        "llama.rope.scale_linear, 4, linear:4.0",
        "llama.rope.scaling.factor, 0, none"
    })
    void readsLinearScalingByItsOldNameAndItsNew(String key, float factor, String scaling) throws IOException {
        GgufBytes file = GgufBytes.llama();
        file.metadata.put(key, GgufBytes.float32(factor));
        try (GgufSource source = GgufSource.open(write(file))) {
            assertThat(source.config().ropeScaling().text()).isEqualTo(scaling);
        }
        file.metadata.put("llama.rope.scaling.type", GgufBytes.string("none"));
        try (GgufSource source = GgufSource.open(write(file))) {
            assertThat(source.config().ropeScaling()).isEqualTo(RopeScaling.NONE);
        }
    }

    @Test
    void textsEndWithTurnsAndMessagesToo() throws IOException {
        GgufBytes file = GgufBytes.llama();
        file.metadata.put("tokenizer.ggml.eot_token_id", GgufBytes.uint32(7));
        file.metadata.put("tokenizer.ggml.eom_token_id", GgufBytes.uint32(9));
        try (GgufSource source = GgufSource.open(write(file))) {
            assertThat(source.endIds()).containsExactly(2, 7, 9);
        }
    }

    private static Arguments wrong(String message, Consumer<GgufBytes> change) {
        return Arguments.of(message, change);
    }

    private static Arguments wrongKey(String key, byte[] value) {
        return wrong(key, file -> file.metadata.put(key, value));
    }

    private static Arguments wrongTensor(String message, String name, long[] dimensions, int type, long offset) {
        return wrong(
                message,
                file -> file.describe(
                        name,
                        new Described(
                                name,
                                dimensions,
                                type,
                                offset == AS_IT_IS ? file.described(name).offset() : offset)));
    }

    static Stream<Arguments> wrongFiles() {
        byte[] hugeArray = GgufBytes.join(GgufBytes.int32(9), GgufBytes.int32(4), GgufBytes.int64(Long.MAX_VALUE));
        byte[] hugeString = GgufBytes.join(GgufBytes.int32(8), GgufBytes.int64(1L << 40));
        byte[] nested = GgufBytes.join(GgufBytes.int32(9), GgufBytes.int32(9), GgufBytes.int64(1));
        byte[] notUtf8 = GgufBytes.join(GgufBytes.int32(8), GgufBytes.int64(1), new byte[] {(byte) 0xff});
        long[] q = {8, 8};
        return Stream.of(
                wrong("version 1", file -> file.version = 1),
                wrong("number of tensors", file -> file.tensorCount = 1L << 50),
                wrong("number of tensors", file -> file.tensorCount = -1L),
                wrong("number of metadata keys", file -> file.keyCount = Long.MAX_VALUE),
                wrong("before byte", file -> file.metadata.put("a", GgufBytes.int32(4))),
                wrong("'other'", file -> file.metadata.put("other", hugeArray)),
                wrong("'other'", file -> file.metadata.put("other", hugeString)),
                wrong("array of arrays", file -> file.metadata.put("other", nested)),
                wrong("not UTF-8", file -> file.metadata.put("other", notUtf8)),
                wrong("'other'", file -> file.metadata.put("other", GgufBytes.int32(13))),
                wrongKey("general.architecture", GgufBytes.string("falcon")),
                wrongKey("general.alignment", GgufBytes.uint32(24)),
                wrongKey("llama.block_count", GgufBytes.uint32(Integer.MAX_VALUE)),
                wrongKey("llama.block_count", GgufBytes.uint32(-1)),
                wrongKey("llama.block_count", GgufBytes.float32(2)),
                wrongKey("llama.expert_count", GgufBytes.uint32(8)),
                wrongKey("llama.vocab_size", GgufBytes.uint32(259)),
                wrongKey("llama.rope.dimension_count", GgufBytes.uint32(2)),
                wrongKey("llama.attention.value_length", GgufBytes.uint32(2)),
                wrong("headDim 3", file -> file.metadata.put("llama.attention.key_length", GgufBytes.uint32(3))),
                wrongKey("llama.rope.scaling.factor", GgufBytes.float32(-4)),
                wrongKey("llama.rope.scaling.factor", GgufBytes.string("4")),
                wrongKey("llama.rope.scaling.attn_factor", GgufBytes.float32(0.5f)),
                wrongKey("llama.rope.scaling.type", GgufBytes.string("yarn")),
                wrong(
                        "normEps",
                        file -> file.metadata.put(
                                "llama.attention.layer_norm_rms_epsilon", GgufBytes.float32(Float.NaN))),
                wrong("llama.context_length", file -> file.metadata.remove("llama.context_length")),
                wrongKey("tokenizer.ggml.model", GgufBytes.string("bert")),
                wrongKey("tokenizer.ggml.add_bos_token", GgufBytes.uint32(0)),
                wrongKey("tokenizer.chat_template", GgufBytes.uint32(0)),
                wrong(
                        "special id 900",
                        file -> file.metadata.put("tokenizer.ggml.bos_token_id", GgufBytes.uint32(900))),
                wrong(
                        "scores",
                        file -> file.metadata.put(
                                "tokenizer.ggml.scores", GgufBytes.array(6, List.of(GgufBytes.int32(0))))),
                wrong("token_embd.weight", file -> {
                    byte[][] tokens = {GgufBytes.bareString("<unk>"), GgufBytes.bareString("a")};
                    file.metadata.put("tokenizer.ggml.tokens", GgufBytes.array(8, List.of(tokens)));
                    file.metadata.put(
                            "tokenizer.ggml.scores",
                            GgufBytes.array(6, List.of(GgufBytes.int32(0), GgufBytes.int32(0))));
                    file.metadata.put(
                            "tokenizer.ggml.token_type",
                            GgufBytes.array(5, List.of(GgufBytes.int32(2), GgufBytes.int32(3))));
                    file.metadata.put("tokenizer.ggml.eos_token_id", GgufBytes.uint32(1));
                }),
                wrongTensor("9 dimensions", "blk.0.attn_q.weight", new long[9], 0, AS_IT_IS),
                wrongTensor("no file can hold", "blk.0.attn_q.weight", new long[] {1L << 40, 1L << 40}, 0, AS_IT_IS),
                wrongTensor("negative", "blk.0.attn_q.weight", new long[] {-8, -8}, 0, AS_IT_IS),
                wrongTensor("number 13", "blk.0.attn_q.weight", q, 13, AS_IT_IS),
                wrongTensor("multiples of 32", "blk.0.attn_q.weight", q, 8, AS_IT_IS),
                wrongTensor("multiple of 32", "blk.0.attn_q.weight", q, 0, 4),
                wrongTensor("multiple of 32", "blk.0.attn_q.weight", q, 0, Long.MIN_VALUE),
                wrongTensor("begins at byte 0", "blk.0.attn_q.weight", q, 0, 0),
                wrongTensor("begins at byte", "output_norm.weight", new long[] {8}, 0, 1 << 20),
                wrongTensor("cut short", "output_norm.weight", new long[] {1 << 20}, 0, AS_IT_IS),
                wrongTensor("should be [8]", "output_norm.weight", new long[] {4}, 0, AS_IT_IS),
                wrong("it is there twice", file -> file.add("output_norm.weight", 8)),
                wrong("'extra'", file -> file.add("extra", 8)),
                wrong("should be [2]", file -> file.add("rope_freqs.weight", 8)),
                wrong("otherwise than Llama 3.1", file -> file.addFloats("rope_freqs.weight", 1, 0)),
                wrong("otherwise than Llama 3.1", file -> file.addFloats("rope_freqs.weight", 1, Float.NaN)),
                wrong("otherwise than Llama 3.1", file -> file.addFloats("rope_freqs.weight", 7, 8)),
                wrong("beside rope_freqs.weight", file -> {
                    file.metadata.put("llama.rope.scaling.factor", GgufBytes.float32(4));
                    file.addFloats("rope_freqs.weight", 1, 1);
                }),
                wrong("llamadl4j.rope_scaling", file -> {
                    file.metadata.put("llamadl4j.rope_scaling", GgufBytes.string("yarn"));
                    file.addFloats("rope_freqs.weight", 1, 1);
                }),
                wrongKey("tokenizer.ggml.eot_token_id", GgufBytes.int32Value(-1)),
                wrong("[2, 260]", file -> file.metadata.put("tokenizer.ggml.eot_token_id", GgufBytes.uint32(260))),
                wrong(
                        "[2, 2147483647]",
                        file -> file.metadata.put(
                                "llamadl4j.end_token_ids", GgufBytes.array(11, List.of(GgufBytes.int64(1L << 40))))),
                wrong(
                        "lacks the tensor 'output_norm.weight'",
                        file -> file.describe(
                                "output_norm.weight",
                                new Described(
                                        "other",
                                        new long[] {8},
                                        0,
                                        file.described("output_norm.weight").offset()))));
    }

    @ParameterizedTest
    @MethodSource("wrongFiles")
    void refusesWhatIsWrongAndSaysWhere(String message, Consumer<GgufBytes> change) throws IOException {
        GgufBytes file = GgufBytes.llama();
        change.accept(file);
        Path path = write(file);
        assertThatThrownBy(() -> GgufSource.open(path))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.getExitStatus()).isEqualTo(1))
                .hasMessageContaining(path.toString())
                .hasMessageContaining(message);
    }

    @Test
    void refusesOtherFilesAndAbsentOnes() throws IOException {
        Path path = folder.resolve("model.gguf");
        assertThatThrownBy(() -> ModelReader.open(path)).hasMessage("there is no file " + path);
        Files.writeString(path, "GGU");
        assertThatThrownBy(() -> ModelReader.open(path)).hasMessageContaining("no GGUF file");
        Files.writeString(path, "this is a text, and a long one");
        assertThatThrownBy(() -> ModelReader.open(path)).hasMessageContaining("no GGUF file");
    }

    @Test
    void refusesAFileCutAnywhere() throws IOException {
        byte[] whole = GgufBytes.llama().toBytes();
        Path path = folder.resolve("model.gguf");
        for (int length = 0; length < whole.length; length += length < 200 ? 1 : 97) {
            Files.write(path, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> GgufSource.open(path).close())
                    .as("%d bytes", length)
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining(path.toString());
        }
    }
}
