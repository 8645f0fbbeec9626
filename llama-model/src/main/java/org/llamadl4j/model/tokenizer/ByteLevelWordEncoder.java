package org.llamadl4j.model.tokenizer;

import lombok.RequiredArgsConstructor;

/** BPE over the UTF-8 bytes of one word. */
@RequiredArgsConstructor
final class ByteLevelWordEncoder implements WordEncoder {

    private static final int MOST_BYTES_PER_CHAR = 3;

    private final ByteLevelModel model;
    private final SymbolChain chain = new SymbolChain();
    private final SymbolChain.Rule rule = this::merge;

    /** The word's bytes, one a char. */
    private char[] bytes = new char[256];

    /** The text has no unpaired surrogates. */
    @Override
    public void encode(char[] text, int start, int end, IntList ids) {
        int length = toUtf8(text, start, end);
        if (model.ignoresMerges()) {
            int token = model.find(bytes, 0, length);
            if (token >= 0) {
                ids.add(token);
                return;
            }
        }
        chain.clear();
        for (int i = 0; i < length; i++) {
            chain.add(model.ofByte(bytes[i]), i, length);
        }
        chain.mergeAll(rule);
        for (int i = 0; i != SymbolChain.NONE; i = chain.next(i)) {
            ids.add(chain.symbol(i));
        }
    }

    private long merge(int left, int right) {
        return model.merge(chain.symbol(left), chain.symbol(right), bytes, chain.from(left), chain.to(right));
    }

    private int toUtf8(char[] text, int start, int end) {
        int most = Math.multiplyExact(end - start, MOST_BYTES_PER_CHAR);
        if (bytes.length < most) {
            bytes = new char[most];
        }
        int length = 0;
        for (int i = start; i < end; i++) {
            char c = text[i];
            if (c < 0x80) {
                bytes[length++] = c;
            } else if (c < 0x800) {
                bytes[length++] = (char) (0xC0 | c >> 6);
                bytes[length++] = (char) (0x80 | c & 0x3F);
            } else if (!Character.isHighSurrogate(c)) {
                bytes[length++] = (char) (0xE0 | c >> 12);
                bytes[length++] = (char) (0x80 | c >> 6 & 0x3F);
                bytes[length++] = (char) (0x80 | c & 0x3F);
            } else {
                int codePoint = Character.toCodePoint(c, text[++i]);
                bytes[length++] = (char) (0xF0 | codePoint >> 18);
                bytes[length++] = (char) (0x80 | codePoint >> 12 & 0x3F);
                bytes[length++] = (char) (0x80 | codePoint >> 6 & 0x3F);
                bytes[length++] = (char) (0x80 | codePoint & 0x3F);
            }
        }
        return length;
    }
}
