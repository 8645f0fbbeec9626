package org.llamadl4j.model.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import lombok.RequiredArgsConstructor;

/** Writes a {@code tokenizer.json} that Hugging Face's tokenizers read. */
@RequiredArgsConstructor
final class TokenizerJsonWriter {

    private static final JsonFactory JSON = new JsonFactory();
    private static final String SPACE = String.valueOf(MergeTable.ESCAPED_SPACE);

    private final JsonGenerator json;
    private final Tokenizer tokenizer;
    private final List<Piece> pieces;
    private final List<String> merges;

    /** Writes the parts of a kind of tokenizer that differ from those of another. */
    private interface Parts {

        void write(TokenizerJsonWriter writer) throws IOException;
    }

    static void write(Path file, ByteLevelTokenizer tokenizer) throws IOException {
        ByteLevelVocabulary vocabulary = tokenizer.vocabulary();
        write(file, tokenizer, vocabulary.pieces(), vocabulary.merges(), writer -> {
            writer.byteLevelParts();
            writer.model(null, vocabulary.ignoreMerges());
        });
    }

    static void write(Path file, SentencePieceTokenizer tokenizer) throws IOException {
        SentencePieceModel model = tokenizer.model();
        List<Piece> pieces = model.pieces();
        write(file, tokenizer, pieces, tokenizer.merges().spelled(pieces), writer -> {
            writer.sentencePieceParts(model.normalizer().addDummyPrefix());
            writer.model(pieces.get(model.unknownId()).text(), false);
        });
    }

    private static void write(Path file, Tokenizer tokenizer, List<Piece> pieces, List<String> merges, Parts parts)
            throws IOException {
        AtomicFile.write(file, output -> {
            try (JsonGenerator json = JSON.createGenerator(output)) {
                DefaultPrettyPrinter lines = new DefaultPrettyPrinter();
                lines.indentArraysWith(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE);
                json.setPrettyPrinter(lines);
                TokenizerJsonWriter writer = new TokenizerJsonWriter(json, tokenizer, pieces, merges);
                json.writeStartObject();
                json.writeStringField("version", "1.0");
                json.writeNullField("truncation");
                json.writeNullField("padding");
                writer.addedTokens();
                parts.write(writer);
                json.writeEndObject();
            }
        });
    }

    private void addedTokens() throws IOException {
        json.writeArrayFieldStart("added_tokens");
        for (int id = 0; id < pieces.size(); id++) {
            Piece piece = pieces.get(id);
            if (isAdded(piece)) {
                json.writeStartObject();
                json.writeNumberField("id", id);
                json.writeStringField("content", piece.text());
                json.writeBooleanField("single_word", false);
                json.writeBooleanField("lstrip", false);
                json.writeBooleanField("rstrip", false);
                json.writeBooleanField("normalized", false);
                json.writeBooleanField("special", piece.type() != PieceType.USER_DEFINED);
                json.writeEndObject();
            }
        }
        json.writeEndArray();
    }

    private static boolean isAdded(Piece piece) {
        return piece.type() == PieceType.CONTROL
                || piece.type() == PieceType.UNKNOWN
                || piece.type() == PieceType.USER_DEFINED;
    }

    private void byteLevelParts() throws IOException {
        json.writeNullField("normalizer");
        json.writeObjectFieldStart("pre_tokenizer");
        json.writeStringField("type", "Sequence");
        json.writeArrayFieldStart("pretokenizers");
        startPart("Split");
        json.writeObjectFieldStart("pattern");
        json.writeStringField("Regex", SplitPattern.LLAMA3);
        json.writeEndObject();
        json.writeStringField("behavior", "Isolated");
        json.writeBooleanField("invert", false);
        json.writeEndObject();
        byteLevel(false, true, false);
        json.writeEndArray();
        json.writeEndObject();
        json.writeObjectFieldStart("post_processor");
        json.writeStringField("type", "Sequence");
        json.writeArrayFieldStart("processors");
        byteLevel(true, false, true);
        startPart("TemplateProcessing");
        template();
        json.writeEndObject();
        json.writeEndArray();
        json.writeEndObject();
        json.writeFieldName("decoder");
        byteLevel(true, true, true);
    }

    private void startPart(String type) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", type);
    }

    /** The flags matter to a pre-tokenizer alone. */
    private void byteLevel(boolean addPrefixSpace, boolean trimOffsets, boolean useRegex) throws IOException {
        startPart("ByteLevel");
        json.writeBooleanField("add_prefix_space", addPrefixSpace);
        json.writeBooleanField("trim_offsets", trimOffsets);
        json.writeBooleanField("use_regex", useRegex);
        json.writeEndObject();
    }

    /** The fields of a TemplateProcessing: BOS before each text, where the tokenizer says so. */
    private void template() throws IOException {
        String bos = tokenizer.piece(tokenizer.bosId());
        json.writeArrayFieldStart("single");
        templateText(bos, "A", 0);
        json.writeEndArray();
        json.writeArrayFieldStart("pair");
        templateText(bos, "A", 0);
        templateText(bos, "B", 1);
        json.writeEndArray();
        json.writeObjectFieldStart("special_tokens");
        if (tokenizer.addsBos()) {
            json.writeObjectFieldStart(bos);
            json.writeStringField("id", bos);
            json.writeArrayFieldStart("ids");
            json.writeNumber(tokenizer.bosId());
            json.writeEndArray();
            json.writeArrayFieldStart("tokens");
            json.writeString(bos);
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private void templateText(String bos, String text, int type) throws IOException {
        if (tokenizer.addsBos()) {
            templatePart("SpecialToken", bos, type);
        }
        templatePart("Sequence", text, type);
    }

    private void templatePart(String kind, String id, int type) throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart(kind);
        json.writeStringField("id", id);
        json.writeNumberField("type_id", type);
        json.writeEndObject();
        json.writeEndObject();
    }

    private void sentencePieceParts(boolean addsPrefix) throws IOException {
        json.writeObjectFieldStart("normalizer");
        json.writeStringField("type", "Sequence");
        json.writeArrayFieldStart("normalizers");
        if (addsPrefix) {
            startPart("Prepend");
            json.writeStringField("prepend", SPACE);
            json.writeEndObject();
        }
        replace(" ", SPACE);
        json.writeEndArray();
        json.writeEndObject();
        json.writeNullField("pre_tokenizer");
        json.writeObjectFieldStart("post_processor");
        json.writeStringField("type", "TemplateProcessing");
        template();
        json.writeEndObject();
        json.writeObjectFieldStart("decoder");
        json.writeStringField("type", "Sequence");
        json.writeArrayFieldStart("decoders");
        replace(SPACE, " ");
        startPart("ByteFallback");
        json.writeEndObject();
        startPart("Fuse");
        json.writeEndObject();
        if (addsPrefix) {
            startPart("Strip");
            json.writeStringField("content", " ");
            json.writeNumberField("start", 1);
            json.writeNumberField("stop", 0);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void replace(String pattern, String content) throws IOException {
        startPart("Replace");
        json.writeObjectFieldStart("pattern");
        json.writeStringField("String", pattern);
        json.writeEndObject();
        json.writeStringField("content", content);
        json.writeEndObject();
    }

    /** @param unknown the token of what the vocabulary lacks, with bytes as its fallback; null if it lacks nothing */
    private void model(String unknown, boolean ignoreMerges) throws IOException {
        json.writeObjectFieldStart("model");
        json.writeStringField("type", "BPE");
        json.writeNullField("dropout");
        json.writeStringField("unk_token", unknown);
        json.writeNullField("continuing_subword_prefix");
        json.writeNullField("end_of_word_suffix");
        json.writeBooleanField("fuse_unk", unknown != null);
        json.writeBooleanField("byte_fallback", unknown != null);
        json.writeBooleanField("ignore_merges", ignoreMerges);
        json.writeObjectFieldStart("vocab");
        for (int id = 0; id < vocabularySize(unknown == null); id++) {
            json.writeNumberField(pieces.get(id).text(), id);
        }
        json.writeEndObject();
        json.writeArrayFieldStart("merges");
        for (String merge : merges) {
            json.writeString(merge);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** Byte-level BPE would take an added token for a spelling of bytes, so those behind all others are left out. */
    private int vocabularySize(boolean byteLevel) {
        int size = pieces.size();
        while (byteLevel && isAdded(pieces.get(size - 1))) {
            size--;
        }
        return size;
    }
}
