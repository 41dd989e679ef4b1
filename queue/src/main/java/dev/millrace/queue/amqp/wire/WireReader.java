package dev.millrace.queue.amqp.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the fields of a payload (specification, section 4.2.5). No length is believed: a field that
 * does not fit is a {@code SYNTAX_ERROR}.
 */
public final class WireReader {
    /** Tables and arrays may lie in each other so deep. */
    static final int DEPTH_MAX = 32;

    private ByteBuf in;
    private int bits;
    private int bitsLeft;

    public WireReader(ByteBuf payload) {
        this.in = payload;
    }

    private ByteBuf need(long bytes) {
        bitsLeft = 0;
        if (bytes > in.readableBytes()) {
            throw AmqpError.syntaxError(
                    "field of %d octets (expected: at most %d)"
                            .formatted(bytes, in.readableBytes()));
        }
        return in;
    }

    public int octet() {
        return need(1).readUnsignedByte();
    }

    public int u16() {
        return need(2).readUnsignedShort();
    }

    public long u32() {
        return need(4).readUnsignedInt();
    }

    public long u64() {
        return need(8).readLong();
    }

    /** Consecutive bits share an octet, the lowest first. */
    public boolean bit() {
        if (bitsLeft == 0) {
            bits = octet();
            bitsLeft = 8;
        }
        boolean set = (bits & 1) != 0;
        bits >>>= 1;
        bitsLeft--;
        return set;
    }

    /** Text of at most 255 octets, UTF-8. */
    public String shortText() {
        int length = octet();
        String text = need(length).readString(length, StandardCharsets.UTF_8);
        if (ByteBufUtil.utf8Bytes(text) != length) {
            throw AmqpError.frameError("Malformed UTF-8 in shortstr");
        }
        return text;
    }

    /** A long string as text. */
    public String longText() {
        int length = length();
        return in.readString(length, StandardCharsets.UTF_8);
    }

    /** A long string that need not be text. */
    public FieldValue.Text octets() {
        return new FieldValue.Text(latin());
    }

    /** A long string as bytes. */
    public byte[] longBytes() {
        byte[] bytes = new byte[length()];
        in.readBytes(bytes);
        return bytes;
    }

    private int length() {
        long length = u32();
        need(length);
        return (int) length;
    }

    private String latin() {
        int length = length();
        return in.readString(length, StandardCharsets.ISO_8859_1);
    }

    public Table table() {
        return table(0);
    }

    private Table table(int depth) {
        requireDepth(depth);
        int outerLimit = limit(length());
        Table table = fields(depth);
        in.writerIndex(outerLimit);
        return table;
    }

    /** A table without its length before it: all that is left. */
    public Table fields() {
        return fields(0);
    }

    private Table fields(int depth) {
        Map<String, FieldValue> fields = new LinkedHashMap<>();
        while (in.isReadable()) {
            String name = shortText();
            fields.put(name, value(depth));
        }
        return fields.isEmpty() ? Table.EMPTY : new Table(fields);
    }

    private FieldValue.Array array(int depth) {
        requireDepth(depth);
        int outerLimit = limit(length());
        List<FieldValue> values = new ArrayList<>();
        while (in.isReadable()) {
            values.add(value(depth));
        }
        in.writerIndex(outerLimit);
        return new FieldValue.Array(values);
    }

    private static void requireDepth(int depth) {
        if (depth > DEPTH_MAX) {
            throw AmqpError.syntaxError(
                    "tables " + depth + " deep (expected: <= " + DEPTH_MAX + ")");
        }
    }

    /** Nothing beyond so many bytes is readable until the limit is given back. */
    private int limit(int bytes) {
        int outer = in.writerIndex();
        in.writerIndex(in.readerIndex() + bytes);
        return outer;
    }

    private FieldValue value(int depth) {
        char tag = (char) octet();
        return switch (tag) {
            case 'S' -> new FieldValue.Text(latin());
            case 'x' -> new FieldValue.Bytes(latin());
            case 't' -> new FieldValue.Truth(octet() != 0);
            case 'b' -> new FieldValue.Whole(tag, (byte) octet());
            case 'B' -> new FieldValue.Whole(tag, octet());
            case 's' -> new FieldValue.Whole(tag, (short) u16());
            case 'u' -> new FieldValue.Whole(tag, u16());
            case 'I' -> new FieldValue.Whole(tag, (int) u32());
            case 'i' -> new FieldValue.Whole(tag, u32());
            case 'l', 'L' -> new FieldValue.Whole('l', u64());
            case 'T' -> new FieldValue.Timestamp(u64());
            case 'f' -> new FieldValue.Real(tag, Float.intBitsToFloat((int) u32()));
            case 'd' -> new FieldValue.Real(tag, Double.longBitsToDouble(u64()));
            case 'D' -> new FieldValue.Decimal(octet(), u32());
            case 'F' -> new FieldValue.Nested(table(depth + 1));
            case 'A' -> array(depth + 1);
            case 'V' -> new FieldValue.Nothing();
            default -> throw AmqpError.syntaxError("field type %d".formatted((int) tag));
        };
    }
}
