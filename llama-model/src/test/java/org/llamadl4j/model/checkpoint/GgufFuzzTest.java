package org.llamadl4j.model.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.DamagedFiles;

class GgufFuzzTest {

    @TempDir
    Path folder;

    @Test
    void anyMutationIsReadOrRefused() throws IOException {
        mutate(GgufBytes.llama().toBytes());
    }

    @Test
    void anyMutationOfAByteLevelVocabularyIsReadOrRefused() throws IOException {
        mutate(GgufBytes.byteLevelLlama().toBytes());
    }

    private void mutate(byte[] valid) throws IOException {
        int headerBytes = valid.length - dataBytes();
        Path file = folder.resolve("model.gguf");
        ReaderFuzz.run(
                file, 0.5, random -> DamagedFiles.overwrite(file, ByteMutator.mutate(valid, 0, headerBytes, random)));
    }

    private static int dataBytes() {
        GgufBytes file = GgufBytes.llama();
        return (int) file.described("output_norm.weight").offset() + 32;
    }
}
