package dev.millrace.kv.rdb;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.store.ServerState;

/** Writes the numbers and strings of a dump; see {@link DumpReader} for their form. */
final class DumpWriter {
    private static final int LENGTH_6 = 1 << 6;
    private static final int LENGTH_14 = 1 << 14;

    private final NativeBuffer out;

    DumpWriter(NativeBuffer out) {
        this.out = out;
    }

    NativeBuffer out() {
        return out;
    }

    void u8(int value) {
        out.putByte(value);
    }

    void i64(long value) {
        out.putLong(value);
    }

    void length(long length) {
        if (length < LENGTH_6) {
            out.putByte((int) length);
        } else if (length < LENGTH_14) {
            out.putByte(0x40 | (int) (length >>> 8));
            out.putByte((int) length);
        } else if (length <= 0xffff_ffffL) {
            out.putByte(0x80);
            out.putInt(Integer.reverseBytes((int) length));
        } else {
            out.putByte(0x81);
            out.putLong(Long.reverseBytes(length));
        }
    }

    /** A length that may be any 64 bits, unsigned. */
    void unsigned(long value) {
        if (value >= 0) {
            length(value);
        } else {
            out.putByte(0x81);
            out.putLong(Long.reverseBytes(value));
        }
    }

    void string(long address, int length) {
        length(length);
        out.put(address, length);
    }

    /** A library of functions. */
    void library(ServerState.Library library) {
        u8(Opcode.FUNCTION);
        length(library.code().length);
        out.put(library.code());
    }

    void text(String text) {
        length(text.length());
        out.putUtf8(text);
    }

    /** Where something begins, to go on from there with {@link Memory} until more is written. */
    long length() {
        return out.length();
    }
}
