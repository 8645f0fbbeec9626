package org.llamadl4j.model.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.DamagedFiles;
import org.llamadl4j.model.Resources;

/** Damaged files of the folder of two parts that golden_meta.py wrote with PyTorch. */
class MetaFuzzTest {

    private static final String PART = "consolidated.01.pth";

    private static final int LOCAL_HEADER = 30;

    @TempDir
    Path folder;

    @BeforeEach
    void copyGolden() throws IOException {
        for (String name : List.of("params.json", "consolidated.00.pth", PART)) {
            Resources.copyGolden("meta/llama2/" + name, folder);
        }
        SmallTokenizer.write(folder.resolve("tokenizer.model"), 20);
    }

    @Test
    void anyParametersAreReadOrRefused() throws IOException {
        String valid =
                "{\"n_kv_heads\": 4, \"ffn_dim_multiplier\": 1.0, \"rope_theta\": 1e4, \"use_scaled_rope\": false,"
                        + " \"max_seq_len\": 64, "
                        + Files.readString(folder.resolve("params.json")).substring(1);
        Path file = folder.resolve("params.json");
        ReaderFuzz.run(folder, 0.4, random -> DamagedFiles.overwrite(file, JsonMutator.mutate(valid, random)));
    }

    @Test
    void anyArchiveIsReadOrRefused() throws IOException {
        byte[] valid = Files.readAllBytes(folder.resolve(PART));
        int directory = indexOf(valid, "PK\1\2");
        Path file = folder.resolve(PART);
        ReaderFuzz.run(
                folder,
                0.5,
                random -> DamagedFiles.overwrite(file, ByteMutator.mutate(valid, directory, valid.length, random)));
    }

    @Test
    void anyPickleIsReadOrRefused() throws IOException {
        byte[] valid = Files.readAllBytes(folder.resolve(PART));
        // Of the first entry, data.pkl: after its name and an extra field.
        int begin = LOCAL_HEADER + valid[26] + valid[28];
        int end = indexOf(valid, "PK\7\10");
        byte[] pickle = Arrays.copyOfRange(valid, begin, end);
        Path file = folder.resolve(PART);
        ReaderFuzz.run(folder, 0.5, random -> DamagedFiles.overwrite(file, withPickle(valid, begin, pickle, random)));
    }

    /** The pickle keeps its length, so that the archive stays valid: it is cut at its end or filled up. */
    private static byte[] withPickle(byte[] valid, int begin, byte[] pickle, SplittableRandom random) {
        byte[] damaged = ByteMutator.mutate(pickle, 0, pickle.length, random);
        byte[] file = valid.clone();
        System.arraycopy(damaged, 0, file, begin, damaged.length);
        return file;
    }

    private static int indexOf(byte[] bytes, String signature) {
        return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(signature);
    }
}
