package org.llamadl4j.notebook;

import java.io.BufferedWriter;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.llamadl4j.eval.data.DataFolder;
import org.llamadl4j.eval.report.ComparisonReport;
import org.llamadl4j.eval.request.AnswerStore;
import org.llamadl4j.eval.request.BatchedModel;
import org.llamadl4j.eval.result.Comparison;
import org.llamadl4j.eval.result.Evaluation;
import org.llamadl4j.eval.result.ModelIdentity;
import org.llamadl4j.eval.result.ResultFile;
import org.llamadl4j.eval.score.LlamaBatching;
import org.llamadl4j.eval.score.Perplexity;
import org.llamadl4j.eval.score.TextScore;
import org.llamadl4j.eval.task.Task;
import org.llamadl4j.eval.task.TaskSettings;
import org.llamadl4j.eval.task.Tasks;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.checkpoint.Conversion;
import org.llamadl4j.model.checkpoint.HuggingFaceFolder;
import org.llamadl4j.model.checkpoint.ModelFormat;
import org.llamadl4j.model.checkpoint.ModelReader;
import org.llamadl4j.model.checkpoint.WeightType;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.generate.Completion;
import org.llamadl4j.model.generate.GenerationOptions;
import org.llamadl4j.model.generate.Generator;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.text.DocumentReader;
import org.llamadl4j.model.text.TextCorpus;
import org.llamadl4j.model.tokenizer.BpeTrainer;
import org.llamadl4j.model.tokenizer.SentencePieceTokenizer;
import org.llamadl4j.model.tokenizer.Tokenizer;
import org.llamadl4j.notebook.display.GeneratedText;
import org.llamadl4j.notebook.display.Passage;
import org.llamadl4j.notebook.display.Table;
import org.llamadl4j.notebook.display.Tables;
import org.llamadl4j.notebook.display.TokenizedText;
import org.llamadl4j.train.config.TrainConfig;
import org.llamadl4j.train.data.DatasetPreparation;
import org.llamadl4j.train.data.TokenDataset;
import org.llamadl4j.train.quickstart.story.Story;
import org.llamadl4j.train.quickstart.story.StoryGrammar;

/**
 * The common path, for {@code import static org.llamadl4j.notebook.Llama.*}. What goes wrong is a {@link UserError}, none
 * of it a checked exception; all computing is done on one device, the CPU, which is made when it is first needed.
 */
public final class Llama {

    private static final double HELD_OUT_SHARE = 0.02;
    private static final double MEGA = 1e6;

    private Llama() {}

    /** Text files, or folders of them: {@link TextCorpus#find}. */
    public static TextCorpus text(String... paths) {
        return TextCorpus.find(Arrays.stream(paths).map(Path::of).toList());
    }

    /**
     * Short stories about children, animals and things, written by a grammar; the same each time.
     *
     * @param megabytes how much
     */
    public static TextCorpus stories(double megabytes) {
        return stories(megabytes, 1);
    }

    /** Stories of which another {@code seed} makes others. */
    public static TextCorpus stories(double megabytes, long seed) {
        return unchecked("the stories", () -> {
            Iterator<Story> stories = StoryGrammar.load().stories(seed).iterator();
            Path file = TemporaryFolder.create().resolve("stories.jsonl");
            try (BufferedWriter writer = Files.newBufferedWriter(file)) {
                for (long bytes = 0; bytes < megabytes * MEGA; ) {
                    Story story = stories.next();
                    bytes += story.bytes();
                    writer.write(JsonLine.of(story.text()));
                }
            }
            return TextCorpus.find(List.of(file));
        });
    }

    /** How {@code text} begins: its first document, or as much as {@code characters} of it. */
    public static Passage beginning(TextCorpus text, int characters) {
        return unchecked("the text", () -> {
            try (DocumentReader documents = text.open(false)) {
                documents.nextDocument();
                String passage = documents.nextPassage();
                return new Passage(
                        passage.length() <= characters ? passage : passage.substring(0, characters) + " \u2026");
            }
        });
    }

    /** A SentencePiece BPE tokenizer of {@code vocabSize} pieces, learnt from {@code text}. */
    public static Tokenizer trainTokenizer(TextCorpus text, int vocabSize) {
        return unchecked("the text", () -> {
            try (DocumentReader documents = text.open(false)) {
                return BpeTrainer.builder().vocabSize(vocabSize).build().train(documents);
            }
        });
    }

    /** The tokenizer in a {@code tokenizer.model}. */
    public static Tokenizer tokenizer(String file) {
        return unchecked(file, () -> SentencePieceTokenizer.read(Path.of(file)));
    }

    /** {@code text} cut into pieces. */
    public static TokenizedText pieces(Tokenizer tokenizer, String text) {
        return TokenizedText.of(tokenizer, text);
    }

    /** {@code text} as tokens to train on, in a folder that goes with this process; 2 % of the documents are held out. */
    public static TokenDataset prepare(TextCorpus text, Tokenizer tokenizer) {
        return DatasetPreparation.builder()
                .corpus(text)
                .tokenizer(tokenizer)
                .validation(HELD_OUT_SHARE)
                .out(TemporaryFolder.create().resolve("data"))
                .build()
                .run();
    }

    /** A named size: {@link LlamaConfig#preset}. */
    public static LlamaConfig preset(String name) {
        return LlamaConfig.preset(name);
    }

    /**
     * A model of new, random weights, and its training.
     *
     * @param sizes of the model; its vocabulary becomes that of {@code data}
     * @param settings what differs from {@link TrainConfig#defaults}, each as {@code key=value}
     */
    public static TrainingRun training(LlamaConfig sizes, TokenDataset data, String... settings) {
        Tokenizer tokenizer = tokenizer(data.tokenizerFile().toString());
        LlamaConfig config = sizes.withVocabSize(tokenizer.vocabSize());
        LlamaWeights weights = LlamaWeights.initialise(config, config(settings).seed(), Device.KERNELS);
        return training(new LlamaModel(config, weights, tokenizer, Device.KERNELS), data, settings);
    }

    /**
     * The training of {@code model}, which changes in place.
     *
     * @param data prepared with the tokenizer of the model
     */
    public static TrainingRun training(LlamaModel model, TokenDataset data, String... settings) {
        return new TrainingRun(
                model, config(settings), data, TemporaryFolder.create().resolve("run"));
    }

    /** The model at {@code path}: a Hugging Face or Meta folder, or a GGUF file. */
    public static LlamaModel open(String path) {
        return unchecked(path, () -> ModelReader.read(Path.of(path), Device.KERNELS));
    }

    /** Writes {@code model} to {@code folder} as a Hugging Face folder; a model that is there is replaced. */
    public static Path save(LlamaModel model, String folder) {
        Path path = Path.of(folder);
        HuggingFaceFolder.write(path, model);
        return path;
    }

    /** What {@code model} makes of {@code prompt}: at most 120 tokens at temperature 0.8. */
    public static GeneratedText generate(LlamaModel model, String prompt) {
        return generate(model, prompt, 120, 0.8);
    }

    /** What {@code model} makes of {@code prompt}; temperature 0 takes the likeliest token each time. */
    public static GeneratedText generate(LlamaModel model, String prompt, int maxNewTokens, double temperature) {
        return generate(
                model,
                prompt,
                GenerationOptions.builder()
                        .maxNewTokens(maxNewTokens)
                        .temperature(temperature)
                        .build());
    }

    /** What {@code model} makes of {@code prompt}. */
    public static GeneratedText generate(LlamaModel model, String prompt, GenerationOptions options) {
        Completion completion = new Generator(model).start(prompt, options).complete();
        String ending = switch (completion.stopReason()) {
            case END_OF_TEXT -> "%d tokens, and the end";
            case LENGTH -> "%d tokens, as many as asked for";
            case CONTEXT -> "%d tokens, and the context is full";
            case STOP_STRING -> "%d tokens, and a stop string";
        };
        return new GeneratedText(prompt, completion.text(), ending.formatted(completion.newTokens()));
    }

    /** How to sample, to be changed: {@code sampling().temperature(0.8).topP(0.9).build()}. At most 60 tokens. */
    public static GenerationOptions.GenerationOptionsBuilder sampling() {
        return GenerationOptions.builder().maxNewTokens(60);
    }

    /** What {@code model} makes of {@code prompt} in several ways. */
    public static Table sideBySide(LlamaModel model, String prompt, GenerationOptions... ways) {
        Table table = Table.of("temperature", "top-k", "top-p", "text");
        for (GenerationOptions way : ways) {
            table = table.row(
                    plain(way.temperature()),
                    way.topK() == 0 ? "all" : way.topK(),
                    plain(way.topP()),
                    generate(model, prompt, way).toString());
        }
        return table;
    }

    private static String plain(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    /** Every parameter of {@code model}, by the names of Meta's code, with its shape and the type that it is held in. */
    public static Table tensors(LlamaModel model) {
        Table table = Table.of("parameter", "shape", "type", "numbers");
        for (Map.Entry<String, Tensor> parameter : model.weights().tensors().entrySet()) {
            Tensor tensor = parameter.getValue();
            table = table.row(
                    parameter.getKey(),
                    Arrays.toString(tensor.shape()),
                    tensor.buffer().elementType(),
                    tensor.size());
        }
        return table;
    }

    /**
     * Writes the model at {@code from} to {@code to}, in another format or type.
     *
     * @param to a GGUF file where it ends in {@code .gguf}, else a Hugging Face folder
     * @param type of the matrices: {@code f32}, {@code f16}, {@code bf16} or, in GGUF files, {@code q8_0}
     */
    public static Path convert(String from, String to, String type) {
        WeightType weights = Arrays.stream(WeightType.values())
                .filter(each -> each.name().equalsIgnoreCase(type))
                .findFirst()
                .orElseThrow(() -> UserError.usage("no type is called '%s'; there are f32, f16, bf16 and q8_0", type));
        ModelFormat format = to.endsWith(".gguf") ? ModelFormat.GGUF : ModelFormat.HF;
        return unchecked(from, () -> {
            try (Conversion conversion = Conversion.open(Path.of(from), Path.of(to), format, Optional.of(weights))) {
                conversion.run(bytes -> {});
            }
            return Path.of(to);
        });
    }

    /** How well {@code model} predicts {@code text}, each document in windows of the model's context. */
    public static TextScore perplexity(LlamaModel model, TextCorpus text) {
        return unchecked("the text", () -> {
            try (DocumentReader documents = text.open(false)) {
                return new Perplexity(model).score(documents, bytes -> {});
            }
        });
    }

    /** A benchmark of your own, without questions yet: {@link OwnTask#ask} adds them. */
    public static OwnTask task(String name) {
        return new OwnTask(name, List.of());
    }

    /** Asks {@code model} all questions of {@code tasks}. */
    public static Scores evaluate(LlamaModel model, OwnTask... tasks) {
        return evaluate(model, TemporaryFolder.create(), TaskSettings.builder().build(), List.of(tasks));
    }

    /**
     * Asks {@code model} the paper's benchmarks, those whose files are in {@code folder}, and after them {@code tasks}.
     *
     * @param folder the benchmarks' files, called as {@code llama eval --list} says
     * @param limit of each task, or each part of it, only the first so many questions
     */
    public static Scores evaluate(LlamaModel model, String folder, int limit, OwnTask... tasks) {
        if (!Files.isDirectory(Path.of(folder))) {
            throw UserError.usage("%s is no folder; name the one that holds the benchmarks' files", folder);
        }
        DataFolder data = DataFolder.of(Path.of(folder));
        List<Task> all = Stream.concat(Tasks.all().stream().filter(task -> task.isIn(data)), Stream.of(tasks))
                .toList();
        TaskSettings settings =
                TaskSettings.builder().limit(OptionalInt.of(limit)).build();
        return evaluate(model, data.root(), settings, all);
    }

    private static Scores evaluate(LlamaModel model, Path folder, TaskSettings settings, List<? extends Task> tasks) {
        if (tasks.isEmpty()) {
            throw UserError.usage("nothing to ask: %s has no file of any benchmark, and no task was named", folder);
        }
        BatchedModel asked = new BatchedModel(new LlamaBatching(model), AnswerStore.inMemory(), new AnswerProgress());
        ModelIdentity identity =
                ModelIdentity.named("%,d parameters".formatted(model.config().parameterCount()));
        return new Scores(new Evaluation(DataFolder.of(folder), settings).run(List.copyOf(tasks), asked, identity));
    }

    /** The scores that both models have, and how likely such a difference would be if both were equally good. */
    public static Table compare(Scores first, Scores second) {
        Path folder = TemporaryFolder.create();
        ResultFile.write(first.result(), folder.resolve("first"));
        ResultFile.write(second.result(), folder.resolve("second"));
        Comparison comparison = Comparison.of(folder.resolve("first"), folder.resolve("second"));
        return Tables.of(ComparisonReport.of(comparison).sections().get(0));
    }

    /** The files at {@code path}, with their sizes. */
    public static Table files(String path) {
        return unchecked(path, () -> {
            Table table = Table.of("file", "bytes");
            try (Stream<Path> files = Files.walk(Path.of(path))) {
                for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    table = table.row(file.getFileName(), Files.size(file));
                }
            }
            return table;
        });
    }

    /** A path for {@code name} in a folder of its own that goes with this process. */
    public static String temporary(String name) {
        return TemporaryFolder.create().resolve(name).toString();
    }

    private static TrainConfig config(String... settings) {
        TrainConfig config = TrainConfig.defaults();
        for (String setting : settings) {
            config = config.with(setting);
        }
        return config;
    }

    @FunctionalInterface
    private interface Work<T> {
        T run() throws IOException;
    }

    private static <T> T unchecked(String what, Work<T> work) {
        try {
            return work.run();
        } catch (NoSuchFileException e) {
            throw UserError.failed(e, "no such file or folder: %s", e.getFile());
        } catch (IOException e) {
            throw UserError.failed(e, "%s cannot be read or written: %s", what, e.getMessage());
        }
    }
}
