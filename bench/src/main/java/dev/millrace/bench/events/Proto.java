package dev.millrace.bench.events;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Protobuf messages, written by hand: fields of bytes and numbers. */
final class Proto {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    Proto number(int field, long value) {
        varint((long) field << 3);
        varint(value);
        return this;
    }

    Proto bytes(int field, byte[] value) {
        varint((long) field << 3 | 2);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    Proto text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.US_ASCII));
    }

    Proto message(int field, Proto value) {
        return bytes(field, value.toBytes());
    }

    /** A message without fields. */
    Proto empty(int field) {
        return bytes(field, new byte[0]);
    }

    byte[] toBytes() {
        return out.toByteArray();
    }
}
