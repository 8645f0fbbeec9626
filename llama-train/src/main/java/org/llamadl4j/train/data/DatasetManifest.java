package org.llamadl4j.train.data;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;
import org.llamadl4j.model.error.UserError;

/**
 * The file {@value #FILE} of a dataset, which is written last and says that the dataset is whole.
 *
 * @param format {@value #FORMAT}
 * @param version version of this file
 * @param digest SHA-256 over vocabulary size, tokenizer and all shards: names the data, wherever they are
 */
record DatasetManifest(
        String format,
        int version,
        String digest,
        int vocabSize,
        Tokenizer tokenizer,
        Options options,
        Split train,
        Split validation) {

    static final String FILE = "dataset.json";
    static final String FORMAT = "llama-dl4j tokens";
    static final int VERSION = 1;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** The tokenizer's file beside the shards, and its SHA-256. */
    record Tokenizer(String file, String sha256) {}

    /** What the user asked for, to tell how the dataset came to be. */
    record Options(String validation, boolean replaceInvalidUtf8) {}

    record Split(long documents, long tokens, long textBytes, List<Shard> shards) {

        static Split of(List<Shard> shards, List<ShardHeader> headers) {
            return new Split(
                    headers.stream().mapToLong(ShardHeader::documents).sum(),
                    headers.stream().mapToLong(ShardHeader::tokens).sum(),
                    headers.stream().mapToLong(ShardHeader::textBytes).sum(),
                    shards);
        }
    }

    /**
     * @param sha256 of the header, which holds the checksum of the block checksums and so stands for all tokens
     */
    record Shard(String file, String sha256) {

        static Shard of(String file, ShardHeader header) {
            return new Shard(file, DigestUtils.sha256Hex(header.toBytes().array()));
        }
    }

    static DatasetManifest of(int vocabSize, Tokenizer tokenizer, Options options, Split train, Split validation) {
        String digest = digest(vocabSize, tokenizer, train, validation);
        return new DatasetManifest(FORMAT, VERSION, digest, vocabSize, tokenizer, options, train, validation);
    }

    static DatasetManifest read(Path file) throws IOException {
        DatasetManifest manifest;
        try {
            manifest = JSON.readValue(Files.readAllBytes(file), DatasetManifest.class);
        } catch (JacksonException e) {
            throw UserError.failed(
                    e,
                    "%s is damaged: %s; make the dataset anew with `llama prepare --overwrite`",
                    file,
                    e.getOriginalMessage());
        }
        if (!manifest.format.equals(FORMAT) || manifest.version != VERSION) {
            throw UserError.failed(
                    "%s has the format `%s` version %d; this program reads `%s` version %d",
                    file, manifest.format, manifest.version, FORMAT, VERSION);
        }
        String digest = digest(manifest.vocabSize, manifest.tokenizer, manifest.train, manifest.validation);
        if (!manifest.digest.equals(digest)) {
            throw UserError.failed(
                    "%s was altered: its digest does not fit; make the dataset anew with `llama prepare --overwrite`",
                    file);
        }
        return manifest;
    }

    void write(Path file) throws IOException {
        Files.write(file, JSON.writeValueAsBytes(this));
    }

    private static String digest(int vocabSize, Tokenizer tokenizer, Split train, Split validation) {
        StringBuilder lines = new StringBuilder();
        lines.append(FORMAT).append('\n').append(vocabSize).append('\n').append(tokenizer.sha256);
        lines.append("\ntrain");
        train.shards.forEach(shard -> lines.append('\n').append(shard.sha256));
        lines.append("\nvalidation");
        validation.shards.forEach(shard -> lines.append('\n').append(shard.sha256));
        return DigestUtils.sha256Hex(lines.toString().getBytes(StandardCharsets.UTF_8));
    }
}
