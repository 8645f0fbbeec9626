package org.llamadl4j.train.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import org.apache.commons.codec.digest.DigestUtils;
import org.llamadl4j.model.error.UserError;

/** A folder of token shards, made by {@link DatasetPreparation}: training and validation split and the tokenizer. */
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
public final class TokenDataset {

    private final Path folder;
    private final DatasetManifest manifest;
    private final TokenSplit train;
    private final TokenSplit validation;

    /**
     * Opens a dataset and maps its shards into memory.
     *
     * @throws UserError if there is none, if its preparation was interrupted, or if a file is missing, cut or altered
     */
    public static TokenDataset open(Path folder) {
        Path file = folder.resolve(DatasetManifest.FILE);
        if (!Files.exists(file)) {
            throw absent(folder);
        }
        try {
            DatasetManifest manifest = DatasetManifest.read(file);
            checkTokenizer(folder, manifest.tokenizer());
            return new TokenDataset(
                    folder, manifest, open(folder, manifest.train()), open(folder, manifest.validation()));
        } catch (IOException e) {
            throw UserError.failed(e, "dataset %s cannot be read: %s", folder, e.getMessage());
        }
    }

    /** What the model learns from. */
    public TokenSplit train() {
        return train;
    }

    /** What is held out; it may be empty. */
    public TokenSplit validation() {
        return validation;
    }

    /** V, the number of tokens of the tokenizer. */
    public int vocabSize() {
        return manifest.vocabSize();
    }

    /** The tokenizer that made the tokens. */
    public Path tokenizerFile() {
        return folder.resolve(manifest.tokenizer().file());
    }

    /** SHA-256 that names tokens and tokenizer; the same for the same data in another place. */
    public String digest() {
        return manifest.digest();
    }

    private static UserError absent(Path folder) {
        if (!Files.isDirectory(folder)) {
            return UserError.failed("dataset %s does not exist; make it with `llama prepare --out %s`", folder, folder);
        }
        if (PartialDataset.leftIn(folder)) {
            return UserError.failed(
                    "dataset %s is not complete: its preparation was interrupted; run the same `llama prepare` again",
                    folder);
        }
        return UserError.failed(
                "%s is no dataset: it holds no %s; make one with `llama prepare --out DIR`",
                folder, DatasetManifest.FILE);
    }

    private static void checkTokenizer(Path folder, DatasetManifest.Tokenizer tokenizer) throws IOException {
        Path file = folder.resolve(tokenizer.file());
        if (!Files.exists(file)) {
            throw UserError.failed(
                    "dataset %s has lost its tokenizer %s; copy it there again", folder, tokenizer.file());
        }
        if (!DigestUtils.sha256Hex(Files.readAllBytes(file)).equals(tokenizer.sha256())) {
            throw UserError.failed(
                    "%s is not the tokenizer that made this dataset: its SHA-256 is not %s; copy that one there again",
                    file, tokenizer.sha256());
        }
    }

    private static TokenSplit open(Path folder, DatasetManifest.Split split) {
        List<TokenShard> shards = new ArrayList<>();
        for (DatasetManifest.Shard entry : split.shards()) {
            Path file = folder.resolve(entry.file());
            TokenShard shard = TokenShard.open(file);
            if (!DatasetManifest.Shard.of(entry.file(), shard.header()).equals(entry)) {
                throw UserError.failed(
                        "%s belongs to another dataset than %s beside it; copy both from the same place, or make the"
                                + " dataset anew with `llama prepare --overwrite`",
                        file, DatasetManifest.FILE);
            }
            shards.add(shard);
        }
        return new ShardedSplit(shards);
    }
}
