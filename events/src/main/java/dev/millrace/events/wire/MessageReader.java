package dev.millrace.events.wire;

import dev.millrace.kernel.memory.Memory;

import java.nio.charset.StandardCharsets;

/**
 * Reads the fields of one message where they lie, in the order they come (protobuf.dev,
 * "Encoding").
 *
 * <pre>{@code
 * while (in.next()) {
 *     switch (in.field()) {
 *         case 1 -> name = in.text();
 *         case 2 -> read(in.message());
 *         default -> {}                    // what nobody asks of a field is passed over
 *     }
 * }
 * }</pre>
 *
 * <p>Whatever is not a message throws {@link MalformedMessage}; no length is believed.
 */
public final class MessageReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;

    private long at;
    private final long end;
    private int field;
    private int type;
    private long value;
    private int length;

    /** A message of so many bytes. */
    public MessageReader(long address, long bytes) {
        this.at = address;
        this.end = address + bytes;
    }

    /** Goes to the next field; false if there is none. */
    public boolean next() {
        if (at == end) {
            return false;
        }
        long tag = readVarint();
        field = (int) (tag >>> 3);
        type = (int) (tag & 7);
        if (field == 0 || tag >>> 32 != 0) {
            throw new MalformedMessage("tag " + tag);
        }
        switch (type) {
            case VARINT -> value = readVarint();
            case FIXED64 -> value = Memory.getLong(skip(8));
            case FIXED32 -> value = Memory.getInt(skip(4));
            case LENGTH -> {
                long bytes = readVarint();
                value = skip(bytes);
                length = (int) bytes;
            }
            default -> throw new MalformedMessage("field " + field + ": wire type " + type);
        }
        return true;
    }

    private long skip(long bytes) {
        if (bytes < 0 || bytes > end - at) {
            throw new MalformedMessage(
                    "field " + field + ": " + bytes + " bytes (expected: <= " + (end - at) + ")");
        }
        long here = at;
        at += bytes;
        return here;
    }

    private long readVarint() {
        long result = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (at == end) {
                throw new MalformedMessage("a number ends with the message");
            }
            int next = Memory.getByte(at++);
            result |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return result;
            }
        }
        throw new MalformedMessage("a number of more than ten bytes");
    }

    /** The number of the field that {@link #next} has gone to. */
    public int field() {
        return field;
    }

    private void expect(int wanted) {
        if (type != wanted) {
            throw new MalformedMessage(
                    "field " + field + ": wire type " + type + " (expected: " + wanted + ")");
        }
    }

    /** A number: int32, int64, uint32, uint64, bool, enum. */
    public long number() {
        expect(VARINT);
        return value;
    }

    /** An sint64. */
    public long signedNumber() {
        expect(VARINT);
        return value >>> 1 ^ -(value & 1);
    }

    /** A double. */
    public double real() {
        expect(FIXED64);
        return Double.longBitsToDouble(value);
    }

    public boolean flag() {
        return number() != 0;
    }

    /** Where the bytes of a string, of bytes or of a message are; {@link #length} of them. */
    public long address() {
        expect(LENGTH);
        return value;
    }

    public int length() {
        expect(LENGTH);
        return length;
    }

    public String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    public byte[] bytes() {
        return Memory.bytes(address(), length);
    }

    /** The message that the field is. */
    public MessageReader message() {
        return new MessageReader(address(), length);
    }
}
