package org.llamadl4j.train.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.llamadl4j.model.checkpoint.WeightType;
import org.llamadl4j.model.cli.LlamaCommand;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.kernel.AttentionShape;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Precision;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.text.TextCorpus;
import org.llamadl4j.model.tokenizer.TokenizerFile;
import org.llamadl4j.train.bench.AttentionBenchmark;
import org.llamadl4j.train.bench.BenchmarkResult;
import org.llamadl4j.train.bench.DecodeBenchmark;
import org.llamadl4j.train.bench.InferenceModel;
import org.llamadl4j.train.bench.KernelsBenchmark;
import org.llamadl4j.train.bench.ModelSize;
import org.llamadl4j.train.bench.PrefillBenchmark;
import org.llamadl4j.train.bench.Rounds;
import org.llamadl4j.train.bench.TokenizerBenchmark;
import org.llamadl4j.train.bench.TrainBenchmark;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code llama bench}: how fast this machine trains, and how fast it could. Prints a table, or one JSON object. */
@Command(
        name = "bench",
        description = "Measures speed and memory against what the machine can do at most.",
        synopsisSubcommandLabel = "(train|attention|kernels|prefill|decode|tokenizer)",
        subcommands = {
            BenchCommand.Train.class,
            BenchCommand.Attention.class,
            BenchCommand.AllKernels.class,
            BenchCommand.Prefill.class,
            BenchCommand.Decode.class,
            BenchCommand.OfTokenizer.class
        })
public final class BenchCommand implements LlamaCommand {

    @Spec
    private CommandSpec spec;

    /** Only reached without a subcommand. */
    @Override
    public Integer call() {
        throw new ParameterException(
                spec.commandLine(),
                "bench: one of train, attention, kernels, prefill, decode and tokenizer is missing");
    }

    /** How often, and how it is told. */
    static final class Measuring {

        @Option(
                names = "--rounds",
                paramLabel = "N",
                defaultValue = "5",
                description = "Measured rounds (default ${DEFAULT-VALUE}).")
        private int measured;

        @Option(
                names = "--warm-up",
                paramLabel = "N",
                defaultValue = "2",
                description = "Rounds before them that do not count (default ${DEFAULT-VALUE}).")
        private int warmUp;

        @Option(names = "--json", description = "Print one JSON object.")
        private boolean json;

        @Spec(Spec.Target.MIXEE)
        private CommandSpec mixee;

        private Rounds rounds() {
            return new Rounds(warmUp, measured);
        }

        private int print(BenchmarkResult result) throws JsonProcessingException {
            PrintWriter out = mixee.commandLine().getOut();
            if (json) {
                out.println(JsonMapper.builder()
                        .build()
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsString(result));
            } else {
                out.print(result.tables().stream()
                        .map(Object::toString)
                        .collect(Collectors.joining(System.lineSeparator())));
            }
            out.flush();
            return 0;
        }
    }

    /** The device. Every benchmark's kernels are made here. */
    static final class Device {

        @Option(names = "--threads", paramLabel = "N", defaultValue = "0", description = "Threads; one for each core.")
        private int threads;

        @Option(
                names = "--precision",
                paramLabel = "P",
                defaultValue = "auto",
                description = "float32, bfloat16 or auto: bfloat16 where the processor multiplies it faster.")
        private Precision precision;

        private int threads() {
            return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
        }

        private Kernels open() {
            if (threads < 0) {
                throw UserError.usage("--threads must be 1 or more, or 0 for one for each core, not %d", threads);
            }
            return CpuKernels.create(threads(), precision);
        }
    }

    /** The model. */
    static final class Sizes {

        @Option(
                names = "--preset",
                paramLabel = "NAME",
                defaultValue = "42m",
                description = "Sizes of the model: 260k, 1m, 15m, 42m, ... (default ${DEFAULT-VALUE}).")
        private String preset;

        @Option(names = "--batch", paramLabel = "B", description = "Sequences a step; left out: what suits the preset.")
        private Integer batch;

        @Option(
                names = "--time",
                paramLabel = "T",
                description = "Tokens of a sequence; left out: what suits the preset.")
        private Integer time;

        @Option(
                names = "--vocab-size",
                paramLabel = "V",
                description = "Tokens of the vocabulary; left out: the preset's.")
        private Integer vocabSize;

        private ModelSize size() {
            return ModelSize.of(preset, batch, time, vocabSize);
        }
    }

    /** {@code llama bench train}. */
    @Command(name = "train", description = "Whole training steps: speed, memory, and where the time goes.")
    static final class Train implements Callable<Integer> {

        @Mixin
        private Sizes sizes;

        @Option(
                names = "--steps",
                paramLabel = "N",
                defaultValue = "0",
                description = "First run N steps, and report how memory grows from step 50 to the last.")
        private int steps;

        @Option(
                names = "--peer",
                paramLabel = "NAME",
                description = "Train the same model with other software, in turn: pytorch, where the build has it.")
        private String peer;

        @Mixin
        private Device device;

        @Mixin
        private Measuring measuring;

        @Override
        public Integer call() throws IOException {
            try (Kernels kernels = device.open()) {
                return measuring.print(TrainBenchmark.builder()
                        .size(sizes.size())
                        .rounds(measuring.rounds())
                        .longRunSteps(steps)
                        .peer(peer)
                        .kernels(kernels)
                        .threads(device.threads())
                        .build()
                        .run());
            }
        }
    }

    /** {@code llama bench attention}. */
    @Command(name = "attention", description = "Causal attention alone, forward and backward.")
    static final class Attention implements Callable<Integer> {

        @Option(
                names = "--heads",
                paramLabel = "H",
                defaultValue = "8",
                description = "Heads (default ${DEFAULT-VALUE}).")
        private int heads;

        @Option(
                names = "--kv-heads",
                paramLabel = "G",
                description = "Key and value heads; left out: as many as heads.")
        private Integer kvHeads;

        @Option(
                names = "--head-dim",
                paramLabel = "K",
                defaultValue = "64",
                description = "Size of a head (default ${DEFAULT-VALUE}).")
        private int headDim;

        @Option(
                names = "--time",
                paramLabel = "T",
                defaultValue = "2048",
                description = "Tokens of a sequence (default ${DEFAULT-VALUE}).")
        private int time;

        @Option(
                names = "--batch",
                paramLabel = "B",
                defaultValue = "1",
                description = "Sequences (default ${DEFAULT-VALUE}).")
        private int batch;

        @Mixin
        private Device device;

        @Mixin
        private Measuring measuring;

        @Override
        public Integer call() throws IOException {
            AttentionShape shape = new AttentionShape(batch, time, heads, kvHeads == null ? heads : kvHeads, headDim);
            try (Kernels kernels = device.open()) {
                return measuring.print(AttentionBenchmark.builder()
                        .threads(device.threads())
                        .shape(shape)
                        .rounds(measuring.rounds())
                        .kernels(kernels)
                        .build()
                        .run());
            }
        }
    }

    /** {@code llama bench kernels}. */
    @Command(name = "kernels", description = "Each kernel alone, at the shapes of a model.")
    static final class AllKernels implements Callable<Integer> {

        @Mixin
        private Sizes sizes;

        @Mixin
        private Device device;

        @Mixin
        private Measuring measuring;

        @Override
        public Integer call() throws IOException {
            try (Kernels kernels = device.open()) {
                return measuring.print(KernelsBenchmark.builder()
                        .threads(device.threads())
                        .size(sizes.size())
                        .rounds(measuring.rounds())
                        .kernels(kernels)
                        .build()
                        .run());
            }
        }
    }

    /** A model that generates. */
    static final class Inference {

        @Parameters(
                paramLabel = "MODEL_DIR",
                arity = "0..1",
                description = "A Hugging Face or Meta LLaMA folder, or a GGUF file; left out: random weights.")
        private Path modelDir;

        @Option(
                names = "--preset",
                paramLabel = "NAME",
                description = "Sizes of the model of random weights: 15m, 42m, 110m, 1.1b, ... (default 110m).")
        private String preset;

        @Option(
                names = "--weights",
                paramLabel = "f32|f16|bf16|q8_0",
                description = "Type of the matrices in memory (default: as they are stored; f32 if they are random).")
        private WeightType weights;

        private InferenceModel open(Kernels kernels) throws IOException {
            if (modelDir != null && preset != null) {
                throw UserError.usage("%s is one model and --preset %s another; leave one out", modelDir, preset);
            }
            if (modelDir != null) {
                return InferenceModel.read(modelDir, Optional.ofNullable(weights), kernels);
            }
            return InferenceModel.random(
                    preset == null ? "110m" : preset, weights == null ? WeightType.F32 : weights, kernels);
        }
    }

    /** {@code llama bench prefill}. */
    @Command(name = "prefill", description = "A prompt, until the first token that follows is known.")
    static final class Prefill implements Callable<Integer> {

        @Mixin
        private Inference inference;

        @Option(
                names = "--prompt-tokens",
                paramLabel = "N",
                defaultValue = "256",
                description = "Tokens of the prompt (default ${DEFAULT-VALUE}).")
        private int promptTokens;

        @Mixin
        private Device device;

        @Mixin
        private Measuring measuring;

        @Override
        public Integer call() throws IOException {
            try (Kernels kernels = device.open()) {
                return measuring.print(PrefillBenchmark.builder()
                        .model(inference.open(kernels))
                        .promptTokens(promptTokens)
                        .rounds(measuring.rounds())
                        .kernels(kernels)
                        .threads(device.threads())
                        .build()
                        .run());
            }
        }
    }

    /** {@code llama bench decode}. */
    @Command(name = "decode", description = "Tokens one after the other, after a prompt.")
    static final class Decode implements Callable<Integer> {

        @Mixin
        private Inference inference;

        @Option(
                names = "--prompt-tokens",
                paramLabel = "N",
                defaultValue = "16",
                description = "Tokens of the prompt (default ${DEFAULT-VALUE}).")
        private int promptTokens;

        @Option(
                names = "--new-tokens",
                paramLabel = "N",
                defaultValue = "32",
                description = "Tokens after it (default ${DEFAULT-VALUE}).")
        private int newTokens;

        @Mixin
        private Device device;

        @Mixin
        private Measuring measuring;

        @Override
        public Integer call() throws IOException {
            try (Kernels kernels = device.open()) {
                return measuring.print(DecodeBenchmark.builder()
                        .model(inference.open(kernels))
                        .promptTokens(promptTokens)
                        .newTokens(newTokens)
                        .rounds(measuring.rounds())
                        .kernels(kernels)
                        .threads(device.threads())
                        .build()
                        .run());
            }
        }
    }

    /** {@code llama bench tokenizer}. */
    @Command(name = "tokenizer", description = "Encoding on one thread, and training a vocabulary.")
    static final class OfTokenizer implements Callable<Integer> {

        @Option(
                names = "--model",
                required = true,
                paramLabel = "PATH",
                description = "A tokenizer.model, a tokenizer.json, or a model folder.")
        private Path model;

        @Option(
                names = "--input",
                required = true,
                arity = "1..*",
                paramLabel = "PATH",
                description = "Text: .txt or .jsonl files, packed by .gz or .zst or not, and folders of them.")
        private List<Path> input;

        @Option(names = "--train", description = "Time the training of a vocabulary on the same text, too.")
        private boolean train;

        @Option(names = "--vocab-size", paramLabel = "N", description = "Its size, with --train; left out: 8000.")
        private Integer vocabSize;

        @Mixin
        private Measuring measuring;

        @Override
        public Integer call() throws IOException {
            if (vocabSize != null && !train) {
                throw UserError.usage("--vocab-size is the size of the vocabulary that --train trains; say that, too");
            }
            return measuring.print(TokenizerBenchmark.builder()
                    .tokenizer(TokenizerFile.read(model))
                    .corpus(TextCorpus.find(input))
                    .trainVocabSize(!train ? null : vocabSize == null ? Integer.valueOf(8000) : vocabSize)
                    .rounds(measuring.rounds())
                    .build()
                    .run());
        }
    }
}
