package org.llamadl4j.model.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * Files such as torch.save writes, byte by byte from the description of the zip format and from what PyTorch 1.13 was
 * seen to write; everything can be changed to something wrong. PyTorch 1.13 opens what is not.
 */
final class TorchBytes {

    private static final int ALIGNMENT = 64;
    private static final int LOCAL_HEADER = 30;

    /** An entry, and what the directory says of it. */
    static final class Zipped {

        final String name;
        final byte[] data;
        int flags = 0x0808;
        int method;
        long size;
        long compressedSize;

        /** Where the directory says it is; null for the truth. */
        Long offset;

        private Zipped(String name, byte[] data) {
            this.name = name;
            this.data = data;
            this.size = data.length;
            this.compressedSize = data.length;
        }
    }

    final List<Zipped> entries = new ArrayList<>();

    /** A tensor in a storage of its own. */
    record Stored(ElementFormat format, long[] shape, byte[] data) {}

    /** With this pickle and no storages yet. */
    static TorchBytes ofPickle(byte[] pickle) {
        TorchBytes file = new TorchBytes();
        file.add("consolidated/data.pkl", pickle);
        file.add("consolidated/byteorder", "little".getBytes(StandardCharsets.US_ASCII));
        return file;
    }

    /** As torch.save of a dict. */
    static TorchBytes of(Map<String, Stored> tensors) {
        PickleBytes pickle = new PickleBytes().opcodes("}(");
        int key = 0;
        for (Map.Entry<String, Stored> tensor : tensors.entrySet()) {
            Stored stored = tensor.getValue();
            String type = switch (stored.format()) {
                case F32 -> "FloatStorage";
                case F16 -> "HalfStorage";
                case BF16 -> "BFloat16Storage";
                default -> throw new IllegalArgumentException("no such storage");
            };
            pickle.text(tensor.getKey()).tensor(type, Integer.toString(key++), stored.shape());
        }
        TorchBytes file = ofPickle(pickle.opcodes("u.").toBytes());
        key = 0;
        for (Stored stored : tensors.values()) {
            file.add("consolidated/data/" + key++, stored.data());
        }
        file.add("consolidated/version", "3\n".getBytes(StandardCharsets.US_ASCII));
        return file;
    }

    Zipped add(String name, byte[] data) {
        entries.add(new Zipped(name, data));
        return entries.get(entries.size() - 1);
    }

    Zipped entry(String name) {
        return entries.stream()
                .filter(entry -> entry.name.equals(name))
                .findFirst()
                .orElseThrow();
    }

    byte[] toBytes() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        Map<Zipped, Long> offsets = new LinkedHashMap<>();
        for (Zipped entry : entries) {
            offsets.put(entry, (long) file.size());
            byte[] name = entry.name.getBytes(StandardCharsets.UTF_8);
            int unpadded = file.size() + LOCAL_HEADER + name.length + 4;
            int padding = (ALIGNMENT - unpadded % ALIGNMENT) % ALIGNMENT;
            file.writeBytes(little(LOCAL_HEADER)
                    .put("PK\3\4".getBytes(StandardCharsets.US_ASCII))
                    .putShort((short) 0)
                    .putShort((short) entry.flags)
                    .putShort((short) entry.method)
                    .put(new byte[16])
                    .putShort((short) name.length)
                    .putShort((short) (4 + padding))
                    .array());
            file.writeBytes(name);
            file.writeBytes(little(4)
                    .put("FB".getBytes(StandardCharsets.US_ASCII))
                    .putShort((short) padding)
                    .array());
            byte[] filling = new byte[padding];
            Arrays.fill(filling, (byte) 'Z');
            file.writeBytes(filling);
            file.writeBytes(entry.data);
            file.writeBytes(little(16)
                    .put("PK\7\10".getBytes(StandardCharsets.US_ASCII))
                    .putInt(crc(entry))
                    .putInt(entry.data.length)
                    .putInt(entry.data.length)
                    .array());
        }
        long directory = file.size();
        offsets.forEach((entry, offset) -> writeDirectoryEntry(entry, offset, file));
        writeEnds(directory, file.size() - directory, file);
        return file.toByteArray();
    }

    /** Sizes and offsets that 32 bits cannot hold go into an extra field. */
    private static void writeDirectoryEntry(Zipped entry, long trueOffset, ByteArrayOutputStream file) {
        ByteBuffer extra = little(28).putShort((short) 1).putShort((short) 0);
        int size = narrow(entry.size, extra);
        int compressedSize = narrow(entry.compressedSize, extra);
        int offset = narrow(entry.offset == null ? trueOffset : entry.offset, extra);
        int extraBytes = extra.position() == 4 ? 0 : extra.position();
        extra.putShort(2, (short) (extraBytes - 4));
        byte[] name = entry.name.getBytes(StandardCharsets.UTF_8);
        file.writeBytes(little(46)
                .put("PK\1\2".getBytes(StandardCharsets.US_ASCII))
                .putInt(0)
                .putShort((short) entry.flags)
                .putShort((short) entry.method)
                .putInt(0)
                .putInt(crc(entry))
                .putInt(compressedSize)
                .putInt(size)
                .putShort((short) name.length)
                .putShort((short) extraBytes)
                .put(new byte[10])
                .putInt(offset)
                .array());
        file.writeBytes(name);
        file.write(extra.array(), 0, extraBytes);
    }

    private static int narrow(long value, ByteBuffer extra) {
        if (value >= 0 && value < 0xffffffffL) {
            return (int) value;
        }
        extra.putLong(value);
        return -1;
    }

    private void writeEnds(long directory, long directoryBytes, ByteArrayOutputStream file) {
        long end = directory + directoryBytes;
        file.writeBytes(little(98)
                .put("PK\6\6".getBytes(StandardCharsets.US_ASCII))
                .putLong(44)
                .putShort((short) 0x031e)
                .putShort((short) 45)
                .putLong(0)
                .putLong(entries.size())
                .putLong(entries.size())
                .putLong(directoryBytes)
                .putLong(directory)
                .put("PK\6\7".getBytes(StandardCharsets.US_ASCII))
                .putInt(0)
                .putLong(end)
                .putInt(1)
                .put("PK\5\6".getBytes(StandardCharsets.US_ASCII))
                .putInt(0)
                .putShort((short) entries.size())
                .putShort((short) entries.size())
                .putInt((int) directoryBytes)
                .putInt((int) directory)
                .putShort((short) 0)
                .array());
    }

    private static int crc(Zipped entry) {
        CRC32 crc = new CRC32();
        crc.update(entry.data);
        return (int) crc.getValue();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
