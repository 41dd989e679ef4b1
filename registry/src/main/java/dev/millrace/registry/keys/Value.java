package dev.millrace.registry.keys;

import java.util.Arrays;

/** The bytes of an entry, which never change. */
public final class Value {
    public static final Value EMPTY = new Value(new byte[0]);

    private final byte[] bytes;

    private Value(byte[] bytes) {
        this.bytes = bytes;
    }

    /** These bytes, which are its own from now on. */
    public static Value of(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Value(bytes);
    }

    /** Not to be written to. */
    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return bytes.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Value value && Arrays.equals(bytes, value.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }
}
