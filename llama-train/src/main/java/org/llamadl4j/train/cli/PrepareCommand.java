package org.llamadl4j.train.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.llamadl4j.model.cli.LlamaCommand;
import org.llamadl4j.model.cli.Progress;
import org.llamadl4j.model.text.TextCorpus;
import org.llamadl4j.model.tokenizer.TokenizerFile;
import org.llamadl4j.train.data.DatasetPreparation;
import org.llamadl4j.train.data.DatasetPreparation.DatasetPreparationBuilder;
import org.llamadl4j.train.data.TokenDataset;
import org.llamadl4j.train.data.TokenSplit;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code llama prepare}: raw text to a dataset of tokens. Prints what it made to standard output. */
@Command(
        name = "prepare",
        description = "Turns text into tokens to train on.",
        footer = {
            "",
            "Text is read from .txt files (a document each) and .jsonl files (a document a line, in the field `text`),",
            "packed as .gz or .zst or not, and from folders of these; a file that is named itself may have any name.",
            "",
            "What is held out for validation is chosen by the text of the documents, whatever their order and names.",
            "Of a text that is one document the last part is held out."
        })
public final class PrepareCommand implements LlamaCommand {

    private static final int BYTES_PER_MEGABYTE = 1_000_000;

    @Option(
            names = "--input",
            paramLabel = "PATH",
            arity = "1..*",
            required = true,
            description = "Files and folders of text.")
    private List<Path> input;

    @Option(
            names = "--tokenizer",
            paramLabel = "PATH",
            required = true,
            description = "A tokenizer.model, a tokenizer.json, or a model folder.")
    private Path tokenizer;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "The folder of the dataset.")
    private Path out;

    @ArgGroup
    private final HeldOut heldOut = new HeldOut();

    /** What is held out for validation. */
    private static final class HeldOut {

        @Option(
                names = "--validation",
                paramLabel = "SHARE",
                description = "Share of the text to hold out for validation, 0 for none (0.01 unless given).")
        private Double share;

        @Option(
                names = "--validation-input",
                paramLabel = "PATH",
                arity = "1..*",
                description = "Files and folders of text to hold out instead.")
        private List<Path> input;
    }

    @Option(names = "--replace-invalid-utf8", description = "Read bytes that are not UTF-8 as U+FFFD.")
    private boolean replaceInvalidUtf8;

    @Option(names = "--threads", paramLabel = "N", description = "Threads; all processors unless given.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--overwrite", description = "Replace the dataset in DIR, once the new one is whole.")
    private boolean overwrite;

    @Option(names = "--json", description = "Print the result as one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        long started = System.nanoTime();
        TextCorpus corpus = TextCorpus.find(input);
        TextCorpus validation = heldOut.input == null ? null : TextCorpus.find(heldOut.input);
        long bytes =
                validation == null ? corpus.bytes() : corpus.without(validation).bytes() + validation.bytes();
        DatasetPreparationBuilder preparation = DatasetPreparation.builder()
                .corpus(corpus)
                .validationCorpus(validation)
                .tokenizer(TokenizerFile.read(tokenizer))
                .tokenizerFile(tokenizer)
                .out(out)
                .overwrite(overwrite)
                .replaceInvalidUtf8(replaceInvalidUtf8)
                .threads(threads);
        if (heldOut.share != null) {
            preparation.validation(heldOut.share);
        }
        TokenDataset dataset;
        try (Progress progress = Progress.start("prepare", bytes, "MB", BYTES_PER_MEGABYTE)) {
            dataset = preparation.progress(progress::advance).build().run();
        }
        print(dataset, (System.nanoTime() - started) * 1e-9);
        return 0;
    }

    private void print(TokenDataset dataset, double seconds) throws IOException {
        PrintWriter to = spec.commandLine().getOut();
        if (json) {
            ObjectNode result = new ObjectMapper().createObjectNode();
            result.put("out", out.toString()).put("digest", dataset.digest());
            result.put("vocabSize", dataset.vocabSize());
            result.set("train", counts(result.objectNode(), dataset.train()));
            result.set("validation", counts(result.objectNode(), dataset.validation()));
            to.println(result.put("seconds", Math.round(seconds * 1000) / 1000.0));
        } else {
            to.println(row("", "documents", "tokens", "bytes", "bytes/token"));
            to.println(row("train", dataset.train()));
            to.println(row("validation", dataset.validation()));
            to.println("%s is ready after %.1f s.".formatted(out, seconds));
        }
        to.flush();
    }

    private static ObjectNode counts(ObjectNode node, TokenSplit split) {
        return node.put("documents", split.documents())
                .put("tokens", split.tokens())
                .put("bytes", split.textBytes());
    }

    private static String row(String name, TokenSplit split) {
        return row(
                name,
                "%,d".formatted(split.documents()),
                "%,d".formatted(split.tokens()),
                "%,d".formatted(split.textBytes()),
                split.tokens() == 0 ? "" : "%.2f".formatted((double) split.textBytes() / split.tokens()));
    }

    private static String row(Object... cells) {
        return String.format(Locale.ROOT, "%-12s %12s %16s %18s %12s", cells).stripTrailing();
    }
}
