package dev.millrace.events.wire;

import dev.millrace.kernel.memory.Memory;

import io.netty.buffer.ByteBuf;

import java.nio.charset.StandardCharsets;

/**
 * Writes messages, one field after another (protobuf.dev, "Encoding"). A message within a message
 * is begun and ended; its length is put before it then, with as many bytes as it takes.
 *
 * <pre>{@code
 * int confirmation = out.begin(2);
 * out.text(1, id);
 * out.end(confirmation);
 * }</pre>
 *
 * <p>It writes to memory, behind what the buffer has, and looks at the buffer only for more room:
 * each of the some sixty octets of tags and lengths that an event has would be three checks and a
 * virtual call there (benchmark: {@code read-stream}). So the buffer itself knows nothing of what
 * was written until {@link #written} is called, and nobody else may write to it meanwhile.
 */
public final class MessageWriter {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;

    /** Of a tag and a number, or a tag and a length. */
    private static final int FIELD_BYTES_MAX = 5 + 10;

    private static final int UUID_BYTES = 36;

    /** Before a message of a call: whether it is compressed, and its length. */
    private static final int PREFIX_BYTES = 5;

    private final ByteBuf out;

    /** Where the buffer's bytes are, where the next is written, and where its room ends. */
    private long start;

    private long at;
    private long limit;

    /** Appends to a buffer that lies outside the heap. */
    public MessageWriter(ByteBuf out) {
        this.out = out;
        look(out.writerIndex());
    }

    private void look(int size) {
        start = out.memoryAddress();
        at = start + size;
        limit = start + out.capacity();
    }

    private void room(long bytes) {
        if (limit - at < bytes) {
            grow(bytes);
        }
    }

    private void grow(long bytes) {
        int size = size();
        written().ensureWritable(Math.toIntExact(bytes));
        look(size);
    }

    /** The buffer, with everything that was written so far. */
    public ByteBuf written() {
        return out.writerIndex(size());
    }

    /** How many bytes the buffer has. */
    public int size() {
        return (int) (at - start);
    }

    /** Takes back what was written since it had so many bytes. */
    public void cut(int size) {
        at = start + size;
    }

    private void tag(int field, int type) {
        varint((long) field << 3 | type);
    }

    /** Who writes one has asked for its room. */
    private void varint(long value) {
        at = varint(at, value);
    }

    private static long varint(long address, long value) {
        long to = address;
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            Memory.putByte(to++, (int) rest | 0x80);
            rest >>>= 7;
        }
        Memory.putByte(to, (int) rest);
        return to + 1;
    }

    /** A number of 64 bits or less, without a sign; 0 too. */
    public void number(int field, long value) {
        room(FIELD_BYTES_MAX);
        tag(field, VARINT);
        varint(value);
    }

    /** An sint64. */
    public void signedNumber(int field, long value) {
        number(field, value << 1 ^ value >> 63);
    }

    /** A double. */
    public void real(int field, double value) {
        room(FIELD_BYTES_MAX);
        tag(field, FIXED64);
        Memory.putLong(at, Double.doubleToRawLongBits(value));
        at += Long.BYTES;
    }

    public void flag(int field, boolean value) {
        number(field, value ? 1 : 0);
    }

    public void bytes(int field, byte[] bytes) {
        length(field, bytes.length);
        Memory.copy(bytes, 0, at, bytes.length);
        at += bytes.length;
    }

    public void text(int field, String text) {
        bytes(field, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A string, bytes or a message that is somewhere in memory. */
    public void bytes(int field, long address, int length) {
        length(field, length);
        Memory.copy(address, at, length);
        at += length;
    }

    /** A UUID as text, as {@link java.util.UUID#toString} has it. */
    public void uuid(int field, long high, long low) {
        length(field, UUID_BYTES);
        AsciiDigits.putUuid(at, high, low);
        at += UUID_BYTES;
    }

    /** A number as text, as {@link Long#toString(long)} has it. */
    public void decimal(int field, long value) {
        int digits = AsciiDigits.decimals(value);
        length(field, digits);
        AsciiDigits.putDecimals(at, value, digits);
        at += digits;
    }

    /** Fields that were written before. */
    public void fields(PreparedFields prepared) {
        room(prepared.bytes());
        Memory.copy(prepared.address(), at, prepared.bytes());
        at += prepared.bytes();
    }

    /** A message without fields. */
    public void empty(int field) {
        length(field, 0);
    }

    /** Begins what has so many bytes, and takes their room. */
    private void length(int field, int bytes) {
        room((long) FIELD_BYTES_MAX + bytes);
        tag(field, LENGTH);
        varint(bytes);
    }

    /** Begins a message; {@link #end} takes what this returns. */
    public int begin(int field) {
        return begin(field, 0);
    }

    /**
     * Begins a message of about so many bytes. If its length takes as many bytes as theirs does, it
     * has its place already, and the message is not moved for it.
     */
    public int begin(int field, int bytesExpected) {
        room(FIELD_BYTES_MAX);
        tag(field, LENGTH);
        int reserved = varintBytes(bytesExpected);
        at += reserved;
        Memory.putByte(at - 1, reserved);
        return size();
    }

    public void end(int begun) {
        int length = size() - begun;
        int reserved = Memory.getByte(start + begun - 1);
        int more = varintBytes(length) - reserved;
        if (more != 0) {
            room(more);
            long content = start + begun;
            Memory.move(content, content + more, length);
            at += more;
        }
        varint(start + begun - reserved, length);
    }

    private static int varintBytes(int length) {
        return (Integer.SIZE - Integer.numberOfLeadingZeros(length | 1) + 6) / 7;
    }

    /**
     * Begins a message of a call, which has its length before it (PROTOCOL-HTTP2.md,
     * "Length-Prefixed-Message"); {@link #endPrefixed} takes what this returns.
     */
    public int beginPrefixed() {
        room(PREFIX_BYTES);
        Memory.putByte(at, 0); // Not compressed.
        at += PREFIX_BYTES;
        return size();
    }

    public void endPrefixed(int begun) {
        int length = size() - begun;
        Memory.putInt(start + begun - Integer.BYTES, Integer.reverseBytes(length));
    }
}
