package org.llamadl4j.model.checkpoint;

import java.util.Map;
import java.util.Set;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.tokenizer.ByteLevelTokenizer;
import org.llamadl4j.model.tokenizer.ByteLevelVocabulary;
import org.llamadl4j.model.tokenizer.TokenizerSettings;

/** The metadata of a GGUF file that describe byte-level BPE as Llama 3 has it. */
final class GgufByteLevel {

    /** What the format calls it. */
    static final String MODEL = "gpt2";

    private static final String MERGES = "tokenizer.ggml.merges";

    /** What llama.cpp calls the expression of Llama 3, with which a word that is a token is not merged. */
    private static final String LLAMA3 = "llama-bpe";

    private static final Set<String> NAMES_OF_LLAMA3 = Set.of(LLAMA3, "llama3", "llama-v3");

    private GgufByteLevel() {}

    static ByteLevelTokenizer read(GgufMetadata metadata) {
        String pre = metadata.text(GgufVocabulary.PRE_TOKENIZER);
        if (!NAMES_OF_LLAMA3.contains(pre)) {
            throw metadata.wrong(
                    GgufVocabulary.PRE_TOKENIZER, pre, LLAMA3 + ", as of Llama 3; others are not supported");
        }
        ByteLevelTokenizer tokenizer = ByteLevelTokenizer.of(
                metadata.file(),
                new ByteLevelVocabulary(GgufVocabulary.pieces(metadata), metadata.list(MERGES, String.class), true));
        TokenizerSettings settings = tokenizer.settings();
        return tokenizer.with(settings.withBosId(id(GgufVocabulary.BOS_ID, metadata, tokenizer))
                .withEosId(id(GgufVocabulary.EOS_ID, metadata, tokenizer)));
    }

    private static int id(String key, GgufMetadata metadata, ByteLevelTokenizer tokenizer) {
        int id = metadata.integer(key, 0);
        if (id >= tokenizer.vocabSize()) {
            throw metadata.wrong(key, id, "a token, from 0 to " + (tokenizer.vocabSize() - 1));
        }
        return id;
    }

    static void write(ByteLevelTokenizer tokenizer, int size, Map<String, Object> metadata) {
        ByteLevelVocabulary vocabulary = tokenizer.vocabulary();
        if (!vocabulary.ignoreMerges()) {
            throw UserError.failed(
                    "the tokenizer merges words that are a token (ignore_merges is false); a GGUF file cannot say so");
        }
        metadata.put(GgufVocabulary.MODEL, MODEL);
        metadata.put(GgufVocabulary.PRE_TOKENIZER, LLAMA3);
        GgufVocabulary.writePieces(vocabulary.pieces(), size, metadata);
        metadata.put(MERGES, vocabulary.merges());
    }
}
