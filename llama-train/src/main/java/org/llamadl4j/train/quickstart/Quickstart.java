package org.llamadl4j.train.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import lombok.Builder;
import lombok.NonNull;
import lombok.extern.slf4j.Slf4j;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.text.DocumentReader;
import org.llamadl4j.model.text.TextCorpus;
import org.llamadl4j.model.tokenizer.BpeTrainer;
import org.llamadl4j.model.tokenizer.SentencePieceTokenizer;
import org.llamadl4j.train.config.TrainConfig;
import org.llamadl4j.train.data.DatasetPreparation;
import org.llamadl4j.train.data.TokenDataset;
import org.llamadl4j.train.loop.Trainer;
import org.llamadl4j.train.loop.TrainingResult;
import org.llamadl4j.train.quickstart.story.Story;
import org.llamadl4j.train.quickstart.story.StoryGrammar;

/**
 * From nothing to a LLaMA that tells stories, with a report of how close it came to the best that is possible:
 *
 * <pre>
 * OUT/stories/train.jsonl, held-out.jsonl   what the grammar wrote
 * OUT/tokenizer.model
 * OUT/data/                                 the prepared tokens
 * OUT/run/                                  checkpoints, metrics and OUT/run/model
 * OUT/loss.svg                              the curve and the floor
 * OUT/report.html
 * </pre>
 */
@Slf4j
@Builder
public final class Quickstart {

    static final String RUN = "run";
    static final String REPORT = "report.html";

    private static final String STORIES = "stories";
    private static final String TOKENIZER = "tokenizer.model";
    private static final String DATA = "data";
    private static final String CURVE = "loss.svg";
    private static final int STAGES = 6;
    private static final double TEMPERATURE = 0.5;

    /** A folder that does not exist or is empty. */
    @NonNull
    private final Path out;

    @NonNull
    private final Recipe recipe;

    /** Decides the stories and the samples; the seed of the training is one of the recipe's settings. */
    private final long seed;

    /** The device; it stays open. */
    @NonNull
    private final Kernels kernels;

    private final AtomicReference<Trainer> trainer = new AtomicReference<>();
    private final AtomicBoolean stopped = new AtomicBoolean();

    /** Ends the training after the step that is being done, with a checkpoint. May be called from any thread. */
    public void stop() {
        stopped.set(true);
        Optional.ofNullable(trainer.get()).ifPresent(Trainer::stop);
    }

    /**
     * Does it all; empty after {@link #stop}.
     *
     * @throws UserError if {@code out} is not empty or cannot be written
     */
    public Optional<QuickstartResult> run() throws IOException {
        requireEmpty(out);
        StoryGrammar grammar = StoryGrammar.load();
        Stages stages = new Stages(STAGES);

        StoryFiles files = stages.run(
                "Writing stories to %s".formatted(out.resolve(STORIES)),
                "",
                () -> StoryFiles.write(grammar, recipe, seed, out.resolve(STORIES)));
        Floor floor = Floor.of(files.heldOutStories(), grammar);
        log.info("      %,d stories, %.1f MB; %,d more are held out. Their exact entropy, the floor: %.4f nats/byte"
                .formatted(
                        files.trainingStories(),
                        files.trainingBytes() * 1e-6,
                        files.heldOutStories().size(),
                        floor.natsPerByte()));

        Path tokenizerFile = out.resolve(TOKENIZER);
        SentencePieceTokenizer tokenizer = stages.run(
                "Training a tokenizer of %,d pieces".formatted(recipe.vocabSize()),
                "./llama tokenizer train --input %s --vocab-size %d --out %s"
                        .formatted(files.training(), recipe.vocabSize(), tokenizerFile),
                () -> trainTokenizer(files.training(), tokenizerFile));

        TokenDataset data = stages.run(
                "Preparing the tokens",
                "./llama prepare --input %s --validation-input %s --tokenizer %s --out %s"
                        .formatted(files.training(), files.heldOut(), tokenizerFile, out.resolve(DATA)),
                () -> prepare(files, tokenizer, tokenizerFile));
        log.info("      %,d tokens, %.2f bytes each".formatted(data.train().tokens(), 1 / tokensPerByte(data)));
        if (stopped.get()) {
            return Optional.empty();
        }

        LlamaModel model = newModel(tokenizer);
        StoryLoss storyLoss = new StoryLoss(model, files.heldOutStories());
        List<Story> curveStories = files.heldOutStories().subList(0, recipe.curveStories());
        LossCurve curve = new LossCurve(
                storyLoss, curveStories.size(), Floor.of(curveStories, grammar).natsPerByte(), tokensPerByte(data));
        TrainingResult training = stages.run(
                "Training a LLaMA of %,d parameters".formatted(model.config().parameterCount()),
                "./llama train --data %s --out %s %s"
                        .formatted(out.resolve(DATA), out.resolve(RUN), String.join(" ", recipe.arguments())),
                () -> train(model, data, curve));
        if (!training.complete()) {
            log.info(
                    "stopped; go on with ./llama train --data {} --out {} --resume",
                    out.resolve(DATA),
                    out.resolve(RUN));
            return Optional.empty();
        }

        double loss = stages.run(
                "Measuring the loss on the held-out stories",
                "./llama perplexity %s --input %s".formatted(training.folder(), files.heldOut()),
                storyLoss::natsPerByte);
        curve.finish(loss);
        List<Sample> samples = stages.run(
                "Telling stories",
                "./llama generate %s --prompt \"\" --temperature %s".formatted(training.folder(), TEMPERATURE),
                () -> Sample.draw(model, grammar, recipe.samples(), TEMPERATURE, seed));

        CurveDrawing drawing = new CurveDrawing(curve, floor);
        Files.writeString(out.resolve(CURVE), drawing.standalone());
        QuickstartResult result = new QuickstartResult(
                out, model.config(), files, floor, loss, curve, samples, TEMPERATURE, stages.getDone(), stages.total());
        Files.writeString(result.report(), new ReportPage(result, drawing).html());
        return Optional.of(result);
    }

    private SentencePieceTokenizer trainTokenizer(Path stories, Path file) throws IOException {
        try (DocumentReader documents = TextCorpus.find(List.of(stories)).open(false)) {
            SentencePieceTokenizer tokenizer =
                    BpeTrainer.builder().vocabSize(recipe.vocabSize()).build().train(documents);
            tokenizer.write(file);
            return tokenizer;
        }
    }

    private TokenDataset prepare(StoryFiles files, SentencePieceTokenizer tokenizer, Path tokenizerFile) {
        return DatasetPreparation.builder()
                .corpus(TextCorpus.find(List.of(files.training())))
                .validationCorpus(TextCorpus.find(List.of(files.heldOut())))
                .tokenizer(tokenizer)
                .tokenizerFile(tokenizerFile)
                .out(out.resolve(DATA))
                .build()
                .run();
    }

    /** The model is made here, not by the trainer, so that {@link LossCurve} can look at it while it learns. */
    private LlamaModel newModel(SentencePieceTokenizer tokenizer) {
        TrainConfig config = recipe.config();
        LlamaConfig sizes = config.model().resolve(tokenizer.vocabSize());
        return new LlamaModel(sizes, LlamaWeights.initialise(sizes, config.seed(), kernels), tokenizer, kernels);
    }

    private TrainingResult train(LlamaModel model, TokenDataset data, LossCurve curve) throws IOException {
        trainer.set(Trainer.builder()
                .config(recipe.configWithoutSizes())
                .data(data)
                .out(out.resolve(RUN))
                .kernels(kernels)
                .initialModel(model)
                .listener(curve)
                .build());
        if (stopped.get()) {
            trainer.get().stop();
        }
        return trainer.get().run();
    }

    private static double tokensPerByte(TokenDataset data) {
        return (double) data.train().tokens() / data.train().textBytes();
    }

    private static void requireEmpty(Path folder) throws IOException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw UserError.usage("%s is a file; name a folder that does not exist yet or is empty", folder);
        }
        if (Files.exists(folder)) {
            try (Stream<Path> content = Files.list(folder)) {
                if (content.findAny().isPresent()) {
                    throw UserError.usage(
                            "%s is not empty; name a folder that does not exist yet or is empty, or leave --out out",
                            folder);
                }
            }
        }
    }
}
