package dev.millrace.registry.check.probe;

import io.netty.buffer.ByteBuf;

/** Numbers of protocol buffers. */
final class Varint {
    static final int WIRE_NUMBER = 0;
    static final int WIRE_EIGHT = 1;
    static final int WIRE_BYTES = 2;
    static final int WIRE_FOUR = 5;

    /** None is there. */
    static final long NONE = -1;

    private static final int BYTES_MAX = 10;

    private Varint() {}

    static void write(ByteBuf to, int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            to.writeByte(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        to.writeByte(rest);
    }

    /** The next number; {@link #NONE} if it is cut off, too long or has more than 63 bits. */
    static long read(ByteBuf from) {
        long value = 0;
        for (int i = 0; i < BYTES_MAX && from.isReadable(); i++) {
            byte next = from.readByte();
            value |= (next & 0x7fL) << 7 * i;
            if (next >= 0) {
                return value < 0 ? NONE : value;
            }
        }
        return NONE;
    }
}
