package org.llamadl4j.model.text;

import java.io.IOException;
import lombok.RequiredArgsConstructor;

/** The documents of a plain text file: one, or none if the file is empty. */
@RequiredArgsConstructor
final class PlainTextReader implements DocumentReader {

    private final InputFile file;
    private final Utf8Chars source;
    private final PassageBuffer buffer = new PassageBuffer();
    private boolean begun;
    private boolean ended;

    static PlainTextReader open(InputFile file, boolean replaceInvalidUtf8) {
        return new PlainTextReader(file, new Utf8Chars(file, replaceInvalidUtf8, file::name));
    }

    @Override
    public boolean nextDocument() {
        if (begun) {
            return false;
        }
        begun = true;
        fill();
        return !buffer.isEmpty();
    }

    @Override
    public String nextPassage() {
        fill();
        if (buffer.isEmpty()) {
            return null;
        }
        return ended ? buffer.takeAll() : buffer.cut();
    }

    @Override
    public String source() {
        return file.name();
    }

    @Override
    public long bytesRead() {
        return file.bytesRead();
    }

    @Override
    public void close() throws IOException {
        source.close();
    }

    private void fill() {
        if (!ended) {
            ended = !buffer.fillFrom(source);
        }
    }
}
