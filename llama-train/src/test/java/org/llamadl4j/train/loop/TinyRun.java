package org.llamadl4j.train.loop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.text.TextCorpus;
import org.llamadl4j.model.tokenizer.BpeTrainer;
import org.llamadl4j.model.tokenizer.Tokenizer;
import org.llamadl4j.train.config.TrainConfig;
import org.llamadl4j.train.data.DatasetPreparation;
import org.llamadl4j.train.data.TokenDataset;

/** A run that takes a second: a few pages of simple sentences and a model of some ten thousand parameters. */
public final class TinyRun {

    private static final String[] ANIMALS = {"cat", "dog", "horse", "mouse", "bird"};
    private static final String[] VERBS = {"sees", "likes", "hears", "follows"};

    private TinyRun() {}

    /** As typed after {@code --set}: two micro-batches a step, two checkpoints stay. */
    public static final List<String> SETTINGS = List.of(
            "model.dim=32",
            "model.layers=2",
            "model.heads=4",
            "model.kvHeads=2",
            "model.contextLength=32",
            "optimizer.learningRate=1e-2",
            "schedule.steps=30",
            "batch.microBatchTokens=128",
            "batch.batchTokens=256",
            "evaluation.every=10",
            "evaluation.tokens=256",
            "checkpoint.every=8",
            "threads=1");

    /** The defaults with {@link #SETTINGS}. */
    static TrainConfig config() {
        TrainConfig config = TrainConfig.defaults();
        for (String setting : SETTINGS) {
            config = config.with(setting);
        }
        return config;
    }

    /** The data of {@code seed}, in {@code folder/data}. */
    public static TokenDataset data(Path folder, int seed) throws IOException {
        return data(folder, seed, BpeTrainer.builder().vocabSize(300).build().train(List.of(text(1))));
    }

    /** The same for a tokenizer of any kind. */
    static TokenDataset data(Path folder, int seed, Tokenizer tokenizer) throws IOException {
        Files.createDirectories(folder);
        Path text = Files.writeString(folder.resolve("text.txt"), text(seed));
        TextCorpus corpus = TextCorpus.find(List.of(text));
        return DatasetPreparation.builder()
                .corpus(corpus)
                .tokenizer(tokenizer)
                .validation(0.1)
                .threads(1)
                .out(folder.resolve("data"))
                .build()
                .run();
    }

    static Trainer.TrainerBuilder trainer(TokenDataset data, Path out, Kernels kernels) {
        return Trainer.builder().config(config()).data(data).out(out).kernels(kernels);
    }

    /** The objects of {@code metrics.jsonl} without what depends on the clock. */
    public static List<String> metrics(Path out) throws IOException {
        List<String> lines = new ArrayList<>();
        MetricsLog.read(new RunFolder(out).metrics(), object -> {
            ((com.fasterxml.jackson.databind.node.ObjectNode) object).remove("seconds");
            lines.add(object.toString());
        });
        return lines;
    }

    private static String text(int seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        for (int sentence = 0; sentence < 800; sentence++) {
            text.append("the ")
                    .append(ANIMALS[random.nextInt(ANIMALS.length)])
                    .append(' ')
                    .append(VERBS[random.nextInt(VERBS.length)])
                    .append(" the ")
                    .append(ANIMALS[random.nextInt(ANIMALS.length)])
                    .append(".\n");
        }
        return text.toString();
    }
}
