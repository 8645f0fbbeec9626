package org.llamadl4j.model.text;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** Documents as whole strings, for tests. */
final class Documents {

    private Documents() {}

    static List<String> read(Path... inputs) {
        return read(false, inputs);
    }

    static List<String> read(boolean replaceInvalidUtf8, Path... inputs) {
        List<String> documents = new ArrayList<>();
        for (List<String> passages : readPassages(replaceInvalidUtf8, inputs)) {
            documents.add(String.join("", passages));
        }
        return documents;
    }

    static List<List<String>> readPassages(boolean replaceInvalidUtf8, Path... inputs) {
        try (DocumentReader reader = TextCorpus.find(List.of(inputs)).open(replaceInvalidUtf8)) {
            List<List<String>> documents = new ArrayList<>();
            while (reader.nextDocument()) {
                List<String> passages = new ArrayList<>();
                for (String passage; (passage = reader.nextPassage()) != null; ) {
                    passages.add(passage);
                }
                documents.add(passages);
            }
            return documents;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path write(Path file, String text) {
        return write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    static Path write(Path file, byte[] bytes) {
        try {
            Files.createDirectories(file.getParent());
            return Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }
}
