package org.llamadl4j.model.text;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import lombok.RequiredArgsConstructor;

/** The documents of several files, one file after another; at most one is open. */
@RequiredArgsConstructor
final class CorpusReader implements DocumentReader {

    private final List<Path> files;
    private final boolean replaceInvalidUtf8;
    private int nextFile;
    private DocumentReader current;
    private long bytesOfClosedFiles;

    @Override
    public boolean nextDocument() throws IOException {
        while (current == null || !current.nextDocument()) {
            close();
            if (nextFile == files.size()) {
                return false;
            }
            current = open(files.get(nextFile++));
        }
        return true;
    }

    @Override
    public String nextPassage() throws IOException {
        return current == null ? null : current.nextPassage();
    }

    @Override
    public String source() {
        return current == null ? "" : current.source();
    }

    @Override
    public long bytesRead() {
        return bytesOfClosedFiles + (current == null ? 0 : current.bytesRead());
    }

    @Override
    public void close() throws IOException {
        if (current != null) {
            bytesOfClosedFiles += current.bytesRead();
            DocumentReader closing = current;
            current = null;
            closing.close();
        }
    }

    private DocumentReader open(Path path) {
        InputFile file = new InputFile(path);
        return TextFormat.of(path).jsonLines()
                ? JsonLinesReader.open(file, replaceInvalidUtf8)
                : PlainTextReader.open(file, replaceInvalidUtf8);
    }
}
