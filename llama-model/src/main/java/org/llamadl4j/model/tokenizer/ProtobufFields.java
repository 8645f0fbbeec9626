package org.llamadl4j.model.tokenizer;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The fields of one protobuf message, by number. As in protobuf, the last of several values of a field counts. */
record ProtobufFields(UnknownFieldSet fields) {

    static ProtobufFields parse(ByteString message) throws InvalidProtocolBufferException {
        return new ProtobufFields(UnknownFieldSet.parseFrom(message));
    }

    List<ByteString> messages(int number) {
        return fields.getField(number).getLengthDelimitedList();
    }

    long integer(int number, long absent) {
        List<Long> values = fields.getField(number).getVarintList();
        return values.isEmpty() ? absent : last(values);
    }

    boolean flag(int number, boolean absent) {
        return integer(number, absent ? 1 : 0) != 0;
    }

    float decimal(int number, float absent) {
        List<Integer> values = fields.getField(number).getFixed32List();
        return values.isEmpty() ? absent : Float.intBitsToFloat(last(values));
    }

    ByteString bytes(int number) {
        List<ByteString> values = fields.getField(number).getLengthDelimitedList();
        return values.isEmpty() ? ByteString.EMPTY : last(values);
    }

    String text(int number, String absent) throws InvalidProtocolBufferException {
        List<ByteString> values = fields.getField(number).getLengthDelimitedList();
        if (values.isEmpty()) {
            return absent;
        }
        try {
            ByteBuffer utf8 = last(values).asReadOnlyByteBuffer();
            return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
        } catch (CharacterCodingException e) {
            throw new InvalidProtocolBufferException("a string is not UTF-8", e);
        }
    }

    private static <T> T last(List<T> values) {
        return values.get(values.size() - 1);
    }

    /** Collects the fields of a message to be written. */
    static final class Builder {

        private final UnknownFieldSet.Builder fields = UnknownFieldSet.newBuilder();

        Builder integer(int number, long value) {
            fields.mergeField(number, Field.newBuilder().addVarint(value).build());
            return this;
        }

        Builder flag(int number, boolean value) {
            return integer(number, value ? 1 : 0);
        }

        Builder decimal(int number, float value) {
            fields.mergeField(
                    number,
                    Field.newBuilder().addFixed32(Float.floatToIntBits(value)).build());
            return this;
        }

        Builder bytes(int number, ByteString value) {
            fields.mergeField(
                    number, Field.newBuilder().addLengthDelimited(value).build());
            return this;
        }

        Builder text(int number, String value) {
            return bytes(number, ByteString.copyFromUtf8(value));
        }

        Builder message(int number, Builder value) {
            return bytes(number, value.build().toByteString());
        }

        UnknownFieldSet build() {
            return fields.build();
        }
    }
}
