package org.llamadl4j.train.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import lombok.Builder;
import lombok.NonNull;
import lombok.extern.slf4j.Slf4j;
import org.apache.commons.codec.digest.DigestUtils;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.text.TextCorpus;
import org.llamadl4j.model.tokenizer.Tokenizer;
import org.llamadl4j.model.tokenizer.TokenizerFile;

/**
 * Turns raw text into a dataset of token shards: {@code train-00000.tokens} and so on, {@code validation-00000.tokens}
 * and so on, the tokenizer, and {@code dataset.json}, which is written last. Memory does not grow with the text, and the
 * result does not depend on the number of threads.
 *
 * <p>Of several documents, those are held out for validation whose {@link DocumentHash} is below {@link #validation}, so
 * that the choice depends neither on their order nor on the names of files, and equal texts stay together. Of a single
 * document the last part is held out.
 */
@Slf4j
@Builder
public final class DatasetPreparation {

    /** 256 MiB of tokens of a usual vocabulary. */
    private static final long DEFAULT_SHARD_TOKENS = 1L << 27;

    private static final String JSON = ".json";

    /** The text to learn from. */
    @NonNull
    private final TextCorpus corpus;

    /** Text that is held out as it is, instead of a share of {@link #corpus}; null if there is none. */
    private final TextCorpus validationCorpus;

    /** Share of the documents, or of the bytes of a single document, to hold out; 0 or more and less than 1. */
    @Builder.Default
    private final double validation = 0.01;

    @NonNull
    private final Tokenizer tokenizer;

    /** The file of {@link #tokenizer}: a SentencePiece model is copied byte by byte; null has the tokenizer write one. */
    private final Path tokenizerFile;

    /** The folder of the dataset. */
    @NonNull
    private final Path out;

    /** Replaces a dataset that is there, once the new one is whole. */
    private final boolean overwrite;

    private final boolean replaceInvalidUtf8;

    @Builder.Default
    private final int threads = Runtime.getRuntime().availableProcessors();

    /** Tokens after which a new shard begins. */
    @Builder.Default
    private final long shardTokens = DEFAULT_SHARD_TOKENS;

    /** Is told of bytes of input files as they are read. */
    @Builder.Default
    private final LongConsumer progress = bytes -> {};

    /**
     * Makes the dataset and opens it. Whatever fails, nothing half-made stays behind, and a dataset that was there
     * stays as it was.
     *
     * @throws UserError for everything wrong in the input, and if the dataset cannot be written
     */
    public TokenDataset run() {
        if (!(validation >= 0 && validation < 1)) {
            throw UserError.usage("--validation %s: a share is at least 0 and less than 1", validation);
        }
        if (threads < 1) {
            throw UserError.usage("--threads %d: at least one thread is needed", threads);
        }
        try (PartialDataset partial = PartialDataset.begin(out, overwrite)) {
            DatasetManifest.Tokenizer kept = keepTokenizer(partial.folder());
            try (SplitWriter train = splitWriter(partial, "train", kept);
                    SplitWriter heldOut = splitWriter(partial, "validation", kept);
                    CorpusEncoder encoder = new CorpusEncoder(tokenizer, replaceInvalidUtf8, threads, progress)) {
                String rule = encode(encoder, train, heldOut);
                DatasetManifest manifest = DatasetManifest.of(
                        tokenizer.vocabSize(),
                        kept,
                        new DatasetManifest.Options(rule, replaceInvalidUtf8),
                        train.finish(),
                        heldOut.finish());
                check(manifest);
                Path file = partial.folder().resolve(DatasetManifest.FILE);
                manifest.write(file);
                PartialDataset.force(file);
            }
            partial.publish();
        } catch (IOException e) {
            throw UserError.failed(
                    e, "cannot write the dataset %s: %s; what was begun there is removed", out, e.getMessage());
        }
        return TokenDataset.open(out);
    }

    /** Encodes everything and returns in words what was held out. */
    private String encode(CorpusEncoder encoder, SplitWriter train, SplitWriter heldOut) throws IOException {
        if (validationCorpus != null) {
            encoder.encode(corpus.without(validationCorpus), hash -> train);
            encoder.encode(validationCorpus, hash -> heldOut);
            return "files of their own";
        }
        if (validation == 0) {
            encoder.encode(corpus, hash -> train);
            return "nothing";
        }
        OptionalLong bytes = encoder.bytesOfOnlyDocument(corpus);
        if (bytes.isPresent()) {
            long trainBytes = (long) Math.floor(bytes.getAsLong() * (1 - validation));
            log.info(
                    "The text is a single document: its last {} of {} bytes are held out for validation",
                    "%,d".formatted(bytes.getAsLong() - trainBytes),
                    "%,d".formatted(bytes.getAsLong()));
            encoder.encodeInTwo(corpus, trainBytes, train, heldOut);
            return "the last %s of the only document".formatted(validation);
        }
        encoder.encode(corpus, hash -> hash.fraction() < validation ? heldOut : train);
        return "%s of the documents, by hash".formatted(validation);
    }

    private void check(DatasetManifest manifest) {
        if (manifest.train().documents() == 0) {
            throw manifest.validation().documents() == 0
                    ? UserError.failed("no text: every document is empty")
                    : UserError.failed(
                            "nothing is left to train on: all %d documents are held out for validation; hold out less"
                                    + " than %s or give more text",
                            manifest.validation().documents(), validation);
        }
        if (manifest.validation().documents() == 0 && (validationCorpus != null || validation > 0)) {
            log.warn(
                    "None of the {} documents is held out for validation; hold out more with --validation, or name"
                            + " files for it with --validation-input",
                    manifest.train().documents());
        }
    }

    private DatasetManifest.Tokenizer keepTokenizer(Path folder) throws IOException {
        Path file = folder.resolve(tokenizer.fileName());
        if (isToBeCopied()) {
            Files.write(file, Files.readAllBytes(tokenizerFile));
        } else {
            tokenizer.write(file);
        }
        keep(file);
        keep(TokenizerFile.writeSettings(folder, tokenizer));
        return new DatasetManifest.Tokenizer(tokenizer.fileName(), DigestUtils.sha256Hex(Files.readAllBytes(file)));
    }

    /** Of a tokenizer that several files describe, one is written that needs no other. */
    private boolean isToBeCopied() {
        return tokenizerFile != null
                && Files.isRegularFile(tokenizerFile)
                && !tokenizerFile.toString().endsWith(JSON)
                && !tokenizer.fileName().endsWith(JSON);
    }

    private void keep(Path file) throws IOException {
        PartialDataset.force(file);
        Path present = out.resolve(file.getFileName());
        if (!overwrite && Files.exists(present) && Files.mismatch(file, present) >= 0) {
            throw UserError.failed(
                    "%s is of another tokenizer than the one to be used; choose another folder, or replace it with"
                            + " --overwrite",
                    present);
        }
    }

    private SplitWriter splitWriter(PartialDataset partial, String name, DatasetManifest.Tokenizer kept) {
        return new SplitWriter(partial.folder(), name, tokenizer.vocabSize(), kept.sha256(), shardTokens);
    }
}
