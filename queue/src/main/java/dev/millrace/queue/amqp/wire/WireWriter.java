package dev.millrace.queue.amqp.wire;

import dev.millrace.kernel.memory.Memory;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes frames and their fields; the mirror of {@link WireReader}. */
public final class WireWriter {
    private static final int SHORT_MAX = 255;

    private final ByteBuf out;
    private int frame;
    private int bits;
    private int bitCount;

    public WireWriter(ByteBuf out) {
        this.out = out;
    }

    // ---- Frames

    /** Opens a frame; {@link #end} closes it. */
    public WireWriter begin(int type, int channel) {
        frame = out.writerIndex();
        out.writeByte(type);
        out.writeShort(channel);
        out.writeInt(0);
        return this;
    }

    /** Opens the frame of a method. */
    public WireWriter method(int channel, int classId, int methodId) {
        begin(FrameType.METHOD, channel);
        out.writeShort(classId);
        out.writeShort(methodId);
        return this;
    }

    /** Closes the frame. */
    public void end() {
        flushBits();
        out.setInt(frame + 3, out.writerIndex() - frame - FrameType.HEADER_BYTES);
        out.writeByte(FrameType.END);
    }

    public void heartbeat() {
        begin(FrameType.HEARTBEAT, 0).end();
    }

    // ---- Fields

    public WireWriter octet(int value) {
        flushBits();
        out.writeByte(value);
        return this;
    }

    public WireWriter u16(int value) {
        flushBits();
        out.writeShort(value);
        return this;
    }

    public WireWriter u32(long value) {
        flushBits();
        out.writeInt((int) value);
        return this;
    }

    public WireWriter u64(long value) {
        flushBits();
        out.writeLong(value);
        return this;
    }

    public WireWriter bit(boolean value) {
        if (bitCount == 8) {
            flushBits();
        }
        bits |= (value ? 1 : 0) << bitCount;
        bitCount++;
        return this;
    }

    private void flushBits() {
        if (bitCount > 0) {
            out.writeByte(bits);
            bits = 0;
            bitCount = 0;
        }
    }

    /** Text of at most 255 octets; what is longer is cut before a character. */
    public WireWriter shortText(String text) {
        flushBits();
        int bytes = ByteBufUtil.utf8Bytes(text);
        if (bytes <= SHORT_MAX) {
            out.writeByte(bytes);
            ByteBufUtil.reserveAndWriteUtf8(out, text, bytes);
            return this;
        }
        byte[] cut = cut(text.getBytes(StandardCharsets.UTF_8));
        out.writeByte(cut.length);
        out.writeBytes(cut);
        return this;
    }

    private static byte[] cut(byte[] text) {
        int end = SHORT_MAX;
        while ((text[end] & 0xc0) == 0x80) {
            end--;
        }
        return Arrays.copyOf(text, end);
    }

    public WireWriter longText(String text) {
        return longBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    public WireWriter longBytes(byte[] bytes) {
        u32(bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    /** Bytes as they are. */
    public WireWriter raw(byte[] bytes) {
        flushBits();
        out.writeBytes(bytes);
        return this;
    }

    /** Bytes in native memory, as they are. */
    public WireWriter raw(long address, int bytes) {
        flushBits();
        if (!out.hasMemoryAddress()) {
            out.writeBytes(Memory.buffer(address, bytes));
            return this;
        }
        out.ensureWritable(bytes);
        int at = out.writerIndex();
        Memory.copy(address, out.memoryAddress() + at, bytes);
        out.writerIndex(at + bytes);
        return this;
    }

    public WireWriter table(Table table) {
        int start = beginLength();
        table.fields()
                .forEach(
                        (name, value) -> {
                            shortText(name);
                            value(value);
                        });
        endLength(start);
        return this;
    }

    private int beginLength() {
        flushBits();
        out.writeInt(0);
        return out.writerIndex();
    }

    private void endLength(int start) {
        out.setInt(start - 4, out.writerIndex() - start);
    }

    private void value(FieldValue value) {
        out.writeByte(value.tag());
        switch (value) {
            case FieldValue.Text(String latin) -> latin(latin);
            case FieldValue.Bytes(String latin) -> latin(latin);
            case FieldValue.Truth(boolean truth) -> out.writeBoolean(truth);
            case FieldValue.Whole whole -> whole(whole);
            case FieldValue.Timestamp(long seconds) -> out.writeLong(seconds);
            case FieldValue.Real(char tag, double number) -> real(tag, number);
            case FieldValue.Decimal(int scale, long unscaled) -> {
                out.writeByte(scale);
                out.writeInt((int) unscaled);
            }
            case FieldValue.Nested(Table table) -> table(table);
            case FieldValue.Array array -> array(array);
            case FieldValue.Nothing _ -> {}
        }
    }

    private void latin(String latin) {
        longBytes(latin.getBytes(StandardCharsets.ISO_8859_1));
    }

    private void whole(FieldValue.Whole whole) {
        switch (whole.tag()) {
            case 'b', 'B' -> out.writeByte((int) whole.value());
            case 's', 'u' -> out.writeShort((int) whole.value());
            case 'I', 'i' -> out.writeInt((int) whole.value());
            default -> out.writeLong(whole.value());
        }
    }

    private void real(char tag, double number) {
        if (tag == 'f') {
            out.writeFloat((float) number);
        } else {
            out.writeDouble(number);
        }
    }

    private void array(FieldValue.Array array) {
        int start = beginLength();
        array.values().forEach(this::value);
        endLength(start);
    }
}
