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
 */
public final class MessageWriter {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;

    private final ByteBuf out;

    /** Appends to a buffer that lies outside the heap. */
    public MessageWriter(ByteBuf out) {
        this.out = out;
    }

    private void tag(int field, int type) {
        varint((long) field << 3 | type);
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.writeByte((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    /** A number of 64 bits or less, without a sign; 0 too. */
    public void number(int field, long value) {
        tag(field, VARINT);
        varint(value);
    }

    /** An sint64. */
    public void signedNumber(int field, long value) {
        number(field, value << 1 ^ value >> 63);
    }

    /** A double. */
    public void real(int field, double value) {
        tag(field, FIXED64);
        out.writeLongLE(Double.doubleToRawLongBits(value));
    }

    public void flag(int field, boolean value) {
        number(field, value ? 1 : 0);
    }

    public void bytes(int field, byte[] bytes) {
        tag(field, LENGTH);
        varint(bytes.length);
        out.writeBytes(bytes);
    }

    public void text(int field, String text) {
        bytes(field, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A string, bytes or a message that is somewhere in memory. */
    public void bytes(int field, long address, int length) {
        tag(field, LENGTH);
        varint(length);
        out.ensureWritable(length);
        Memory.copy(address, out.memoryAddress() + out.writerIndex(), length);
        out.writerIndex(out.writerIndex() + length);
    }

    /** A message without fields. */
    public void empty(int field) {
        tag(field, LENGTH);
        varint(0);
    }

    /** Begins a message; {@link #end} takes what this returns. */
    public int begin(int field) {
        tag(field, LENGTH);
        out.writeByte(0);
        return out.writerIndex();
    }

    public void end(int begun) {
        int length = out.writerIndex() - begun;
        int more = bytes(length) - 1;
        if (more > 0) {
            out.ensureWritable(more);
            long from = out.memoryAddress() + begun;
            Memory.move(from, from + more, length);
        }
        out.writerIndex(begun - 1);
        varint(length);
        out.writerIndex(out.writerIndex() + length);
    }

    private static int bytes(int length) {
        return (Integer.SIZE - Integer.numberOfLeadingZeros(length | 1) + 6) / 7;
    }
}
