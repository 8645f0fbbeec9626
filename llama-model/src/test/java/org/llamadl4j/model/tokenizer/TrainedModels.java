package org.llamadl4j.model.tokenizer;

import java.util.List;

/** Small tokenizers that need no file. */
final class TrainedModels {

    static final List<String> TEXTS = List.of(
            "the thing in the ring is nothing\n  to sing  of, said she; 12 of 144 are é or ö\n",
            "hello world, hello words: don't hint at anything 中文 中文 ωμέγα");

    private TrainedModels() {}

    static SentencePieceTokenizer small() {
        return BpeTrainer.builder().vocabSize(340).build().train(TEXTS);
    }
}
