package dev.millrace.registry.dns.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Where a message is written: an array that is used again for the next one, for what is stored into
 * an array costs less than what goes through a buffer's checks. Whoever writes asks {@link #room}
 * first.
 */
public final class Encoder {
    /** The longest message: TCP gives its length in 16 bits. */
    public static final int MESSAGE_BYTES_MAX = 65_535;

    /** Two bits that say pointer, and an offset. */
    static final int POINTER = 0xC000;

    private static final int OFFSET_MAX = 0x3FFF;
    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;
    private int at;

    public Encoder(int capacityBytes) {
        bytes = new byte[capacityBytes];
    }

    /** Empty again. */
    public void clear() {
        at = 0;
    }

    /** Bytes written, which is where the next one goes. */
    public int length() {
        return at;
    }

    /** How many more fit into the array. */
    public int room() {
        return bytes.length - at;
    }

    /** The array itself, of which the first {@link #length} bytes count. */
    public byte[] array() {
        return bytes;
    }

    /** A copy of what was written. */
    public byte[] copy() {
        byte[] copy = new byte[at];
        System.arraycopy(bytes, 0, copy, 0, at);
        return copy;
    }

    public void putByte(int value) {
        bytes[at++] = (byte) value;
    }

    public void putShort(int value) {
        SHORT.set(bytes, at, (short) value);
        at += 2;
    }

    public void putInt(int value) {
        INT.set(bytes, at, value);
        at += 4;
    }

    public void putBytes(byte[] from) {
        putBytes(from, 0, from.length);
    }

    public void putBytes(byte[] from, int start, int count) {
        System.arraycopy(from, start, bytes, at, count);
        at += count;
    }

    /** Replaces two bytes that were written before. */
    public void setShort(int place, int value) {
        SHORT.set(bytes, place, (short) value);
    }

    /** A name that stands where the message has it already. */
    public void putPointer(int offset) {
        if (!isPointable(offset)) {
            throw new IllegalArgumentException("offset: " + offset + " (expected: <= 16383)");
        }
        putShort(POINTER | offset);
    }

    /** Whether a pointer can name this place of a message. */
    public static boolean isPointable(int offset) {
        return offset >= 0 && offset <= OFFSET_MAX;
    }

    /** What a record begins with behind its owner's name, up to the length of its data. */
    public void putFields(int type, long ttlSeconds, int dataBytes) {
        putShort(type);
        putShort(RecordType.CLASS_IN);
        putInt((int) ttlSeconds);
        putShort(dataBytes);
    }
}
