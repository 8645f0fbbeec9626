package org.llamadl4j.model.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A pickle of protocol 2, written opcode by opcode from the description in Python's {@code pickletools}. */
final class PickleBytes {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    PickleBytes() {
        opcodes("\u0080\u0002");
    }

    /** One character a byte. */
    PickleBytes opcodes(String opcodes) {
        bytes.writeBytes(opcodes.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    PickleBytes global(String module, String name) {
        return opcodes("c" + module + "\n" + name + "\n");
    }

    PickleBytes text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        opcodes("X").int32(utf8.length);
        bytes.writeBytes(utf8);
        return this;
    }

    PickleBytes number(long number) {
        if (number == (int) number) {
            return opcodes("J").int32((int) number);
        }
        opcodes("\u008a\u0008");
        bytes.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number)
                .array());
        return this;
    }

    PickleBytes tuple(long... numbers) {
        opcodes("(");
        for (long number : numbers) {
            number(number);
        }
        return opcodes("t");
    }

    /** A storage as torch.save names it. */
    PickleBytes storage(String type, String key, long size) {
        return opcodes("(")
                .text("storage")
                .global("torch", type)
                .text(key)
                .text("cpu")
                .number(size)
                .opcodes("tQ");
    }

    /** A tensor as torch.save writes it, of a storage alone. */
    PickleBytes tensor(String type, String key, long... shape) {
        long[] strides = new long[shape.length];
        long size = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = size;
            size *= shape[i];
        }
        return global("torch._utils", "_rebuild_tensor_v2")
                .opcodes("(")
                .storage(type, key, size)
                .number(0)
                .tuple(shape)
                .tuple(strides)
                .opcodes("\u0089")
                .global("collections", "OrderedDict")
                .opcodes(")RtR");
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }

    private PickleBytes int32(int value) {
        bytes.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
        return this;
    }
}
