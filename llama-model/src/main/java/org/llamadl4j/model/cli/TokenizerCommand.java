package org.llamadl4j.model.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import lombok.extern.slf4j.Slf4j;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.text.DocumentReader;
import org.llamadl4j.model.text.TextCorpus;
import org.llamadl4j.model.tokenizer.BpeTrainer;
import org.llamadl4j.model.tokenizer.SentencePieceTokenizer;
import org.llamadl4j.model.tokenizer.TokenizedLines;
import org.llamadl4j.model.tokenizer.Tokenizer;
import org.llamadl4j.model.tokenizer.TokenizerFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code llama tokenizer}: trains a vocabulary, and turns text into token ids and back. */
@Command(
        name = "tokenizer",
        description = "Trains a tokenizer, or turns text into token ids and back.",
        synopsisSubcommandLabel = "(train|encode|decode)",
        subcommands = {TokenizerCommand.Train.class, TokenizerCommand.Encode.class, TokenizerCommand.Decode.class})
public final class TokenizerCommand implements LlamaCommand {

    private static final String STANDARD_INPUT = "standard input";

    @Spec
    private CommandSpec spec;

    /** Only reached without a subcommand. */
    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "tokenizer: one of train, encode and decode is missing");
    }

    /** {@code llama tokenizer train}. */
    @Slf4j
    @Command(name = "train", description = "Trains a SentencePiece BPE vocabulary on text, as LLaMA's was.")
    static final class Train implements Callable<Integer> {

        @Option(
                names = "--input",
                required = true,
                arity = "1..*",
                paramLabel = "PATH",
                description = "Text: .txt or .jsonl files, packed by .gz or .zst or not, and folders of them.")
        private List<Path> input;

        @Option(
                names = "--vocab-size",
                required = true,
                paramLabel = "N",
                description = "Number of tokens: 259 special ones, the characters, and the most frequent merges.")
        private int vocabSize;

        @Option(
                names = "--out",
                required = true,
                paramLabel = "FILE",
                description = "The file to write, such as tokenizer.model.")
        private Path out;

        @Option(
                names = "--character-coverage",
                paramLabel = "SHARE",
                defaultValue = "0.9995",
                description = "Share of the text's characters that are tokens; the rarest others are encoded as bytes"
                        + " (default: ${DEFAULT-VALUE}).")
        private double characterCoverage;

        @Option(
                names = "--replace-invalid-utf8",
                description = "Read bytes that are not UTF-8 as U+FFFD, instead of stopping.")
        private boolean replaceInvalidUtf8;

        @Override
        public Integer call() throws IOException {
            if (Files.isDirectory(out)) {
                throw UserError.usage(
                        "--out %s is a folder; name a file, such as %s", out, out.resolve("tokenizer.model"));
            }
            TextCorpus corpus = TextCorpus.find(input);
            SentencePieceTokenizer tokenizer;
            try (DocumentReader documents = corpus.open(replaceInvalidUtf8);
                    Progress progress = Progress.start("reading", corpus.bytes(), "MB", 1_000_000)) {
                tokenizer = BpeTrainer.builder()
                        .vocabSize(vocabSize)
                        .characterCoverage(characterCoverage)
                        .progress(progress::advance)
                        .build()
                        .train(documents);
            }
            tokenizer.write(out);
            log.info("wrote {}, {} tokens", out, tokenizer.vocabSize());
            return 0;
        }
    }

    /** {@code llama tokenizer encode}. */
    @Command(
            name = "encode",
            description = "Turns each line of standard input into a line of token ids on standard output.")
    static final class Encode implements Callable<Integer> {

        @Option(
                names = "--model",
                required = true,
                paramLabel = "PATH",
                description = "A tokenizer.model, a tokenizer.json, or a model folder.")
        private Path model;

        @Override
        public Integer call() throws IOException {
            return pipe(model, TokenizedLines::encode);
        }
    }

    /** {@code llama tokenizer decode}. */
    @Command(
            name = "decode",
            description = "Turns each line of token ids on standard input into a line of text on standard output.")
    static final class Decode implements Callable<Integer> {

        @Option(
                names = "--model",
                required = true,
                paramLabel = "PATH",
                description = "A tokenizer.model, a tokenizer.json, or a model folder.")
        private Path model;

        @Override
        public Integer call() throws IOException {
            return pipe(model, TokenizedLines::decode);
        }
    }

    private interface Conversion {
        void run(Tokenizer tokenizer, String source, InputStream input, OutputStream output) throws IOException;
    }

    private static int pipe(Path model, Conversion conversion) throws IOException {
        conversion.run(TokenizerFile.read(model), STANDARD_INPUT, System.in, System.out);
        if (System.out.checkError()) {
            throw UserError.failed("standard output cannot be written: it is closed or the disk is full");
        }
        return 0;
    }
}
