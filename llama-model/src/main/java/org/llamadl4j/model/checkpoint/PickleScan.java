package org.llamadl4j.model.checkpoint;

import static net.razorvine.pickle.Opcodes.BINGET;
import static net.razorvine.pickle.Opcodes.BININT;
import static net.razorvine.pickle.Opcodes.BININT1;
import static net.razorvine.pickle.Opcodes.BININT2;
import static net.razorvine.pickle.Opcodes.BINPERSID;
import static net.razorvine.pickle.Opcodes.BINPUT;
import static net.razorvine.pickle.Opcodes.BINUNICODE;
import static net.razorvine.pickle.Opcodes.BUILD;
import static net.razorvine.pickle.Opcodes.EMPTY_DICT;
import static net.razorvine.pickle.Opcodes.EMPTY_TUPLE;
import static net.razorvine.pickle.Opcodes.GLOBAL;
import static net.razorvine.pickle.Opcodes.INST;
import static net.razorvine.pickle.Opcodes.LONG1;
import static net.razorvine.pickle.Opcodes.LONG_BINGET;
import static net.razorvine.pickle.Opcodes.LONG_BINPUT;
import static net.razorvine.pickle.Opcodes.MARK;
import static net.razorvine.pickle.Opcodes.NEWFALSE;
import static net.razorvine.pickle.Opcodes.NEWTRUE;
import static net.razorvine.pickle.Opcodes.NONE;
import static net.razorvine.pickle.Opcodes.PROTO;
import static net.razorvine.pickle.Opcodes.REDUCE;
import static net.razorvine.pickle.Opcodes.SETITEM;
import static net.razorvine.pickle.Opcodes.SETITEMS;
import static net.razorvine.pickle.Opcodes.STOP;
import static net.razorvine.pickle.Opcodes.TUPLE;
import static net.razorvine.pickle.Opcodes.TUPLE1;
import static net.razorvine.pickle.Opcodes.TUPLE2;
import static net.razorvine.pickle.Opcodes.TUPLE3;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.error.UserError;

/**
 * Walks over the opcodes of a pickle (Python's {@code pickletools} describes them) before anything is built of it. What
 * torch.save writes of a dict of tensors in protocol 2 needs a few of them; another opcode, the name of anything but a
 * {@link TorchGlobal}, or a length beyond the end is refused.
 */
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
final class PickleScan {

    private static final int PROTOCOL = 2;

    /** Longest whole number, in bytes. */
    private static final int LONGEST_NUMBER = 8;

    private final String place;
    private final ByteBuffer pickle;

    /** Where the opcode begins that is being looked at. */
    private int opcodeStart;

    /**
     * Checks a pickle.
     *
     * @param place where it is, for messages
     * @throws UserError if it holds what is not known to be harmless
     */
    static void check(String place, byte[] pickle) {
        new PickleScan(place, ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN)).check();
    }

    private void check() {
        short opcode;
        do {
            opcodeStart = pickle.position();
            require(1);
            opcode = (short) Byte.toUnsignedInt(pickle.get());
            checkArgument(opcode);
        } while (opcode != STOP);
    }

    private void checkArgument(short opcode) {
        switch (opcode) {
            case MARK, EMPTY_DICT, EMPTY_TUPLE, TUPLE, TUPLE1, TUPLE2, TUPLE3 -> {}
            case NONE, NEWTRUE, NEWFALSE -> {}
            case REDUCE, BUILD, BINPERSID, SETITEM, SETITEMS, STOP -> {}
            case BININT1, BINPUT, BINGET -> skip(1);
            case BININT2 -> skip(2);
            case BININT, LONG_BINPUT, LONG_BINGET -> skip(4);
            case LONG1 -> skip(longLength());
            case BINUNICODE -> skip(textLength());
            case PROTO -> checkProtocol();
            case GLOBAL, INST -> checkGlobal();
            default -> throw refused("the opcode 0x%02x, for which a dict of tensors has no use".formatted(opcode));
        }
    }

    private int longLength() {
        require(1);
        int length = Byte.toUnsignedInt(pickle.get());
        if (length > LONGEST_NUMBER) {
            throw refused("a number of %d bytes; %d is the most".formatted(length, LONGEST_NUMBER));
        }
        return length;
    }

    private long textLength() {
        require(4);
        return Integer.toUnsignedLong(pickle.getInt());
    }

    private void checkProtocol() {
        require(1);
        int protocol = Byte.toUnsignedInt(pickle.get());
        if (protocol != PROTOCOL) {
            throw refused(
                    "pickle protocol %d; torch.save writes %d where it is not told otherwise, and only that is read"
                            .formatted(protocol, PROTOCOL));
        }
    }

    private void checkGlobal() {
        String module = line();
        String name = line();
        if (TorchGlobal.find(module, name).isEmpty()) {
            throw refused("the name %s.%s, which is not run; of names there may be %s"
                    .formatted(module, name, TorchGlobal.names()));
        }
        if (pickle.get(opcodeStart) == INST) {
            throw refused("the opcode INST, for which a dict of tensors has no use");
        }
    }

    private String line() {
        int start = pickle.position();
        byte next;
        do {
            require(1);
            next = pickle.get();
        } while (next != '\n');
        String line = new String(pickle.array(), start, pickle.position() - 1 - start, StandardCharsets.ISO_8859_1);
        return line.replaceAll("\\p{Cntrl}", "?");
    }

    private void skip(long bytes) {
        require(bytes);
        pickle.position(pickle.position() + (int) bytes);
    }

    private void require(long bytes) {
        if (bytes > pickle.remaining()) {
            throw UserError.failed(
                    "%s, byte %d: the pickle ends %d bytes too early", place, opcodeStart, bytes - pickle.remaining());
        }
    }

    private UserError refused(String what) {
        return UserError.failed("%s, byte %d: it holds %s", place, opcodeStart, what);
    }
}
