package org.llamadl4j.model.tokenizer;

import lombok.RequiredArgsConstructor;

/**
 * Characters of UTF-8 whose bytes come one by one. What is no UTF-8 becomes U+FFFD: the longest beginning of a character
 * that could have gone on counts as one mistake, as Unicode recommends and the Encoding Standard describes.
 */
@RequiredArgsConstructor
final class Utf8Characters {

    private static final String REPLACEMENT = "\uFFFD";
    private static final int LEAST_CONTINUATION = 0x80;
    private static final int LARGEST_CONTINUATION = 0xBF;

    /** Whether each byte of a mistake becomes a U+FFFD, and not the mistake as a whole. */
    private final boolean replacesEachByte;

    private int codePoint;
    private int needed;
    private int seen;

    /** What the next byte of the character may be; some second bytes would make it longer than need be, or none. */
    private int least = LEAST_CONTINUATION;

    private int largest = LARGEST_CONTINUATION;

    /** Adds to {@code text} what the next byte completes. */
    void append(byte next, StringBuilder text) {
        int value = next & 0xFF;
        if (needed == 0) {
            begin(value, text);
        } else if (value < least || value > largest) {
            finish(text);
            begin(value, text);
        } else {
            least = LEAST_CONTINUATION;
            largest = LARGEST_CONTINUATION;
            codePoint = codePoint << 6 | value & 0x3F;
            if (++seen == needed) {
                text.appendCodePoint(codePoint);
                needed = 0;
            }
        }
    }

    private void begin(int value, StringBuilder text) {
        seen = 0;
        if (value < 0x80) {
            text.append((char) value);
        } else if (value >= 0xC2 && value <= 0xDF) {
            needed = 1;
            codePoint = value & 0x1F;
        } else if (value >= 0xE0 && value <= 0xEF) {
            needed = 2;
            codePoint = value & 0x0F;
            least = value == 0xE0 ? 0xA0 : least;
            largest = value == 0xED ? 0x9F : largest;
        } else if (value >= 0xF0 && value <= 0xF4) {
            needed = 3;
            codePoint = value & 0x07;
            least = value == 0xF0 ? 0x90 : least;
            largest = value == 0xF4 ? 0x8F : largest;
        } else {
            text.append(REPLACEMENT);
        }
    }

    /** Ends the bytes: a character that has begun is a mistake. */
    void finish(StringBuilder text) {
        if (needed > 0) {
            text.append(REPLACEMENT.repeat(replacesEachByte ? 1 + seen : 1));
        }
        needed = 0;
        least = LEAST_CONTINUATION;
        largest = LARGEST_CONTINUATION;
    }
}
