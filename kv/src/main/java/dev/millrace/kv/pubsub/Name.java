package dev.millrace.kv.pubsub;

import dev.millrace.kv.glob.GlobPattern;

import java.util.Arrays;

/** Bytes as a key of a map: a channel's name, or a pattern. */
final class Name {
    private final byte[] bytes;
    private final int hash;

    Name(byte[] bytes) {
        this.bytes = bytes;
        this.hash = Arrays.hashCode(bytes);
    }

    /** Whether this, as a pattern, means that channel. */
    boolean matches(byte[] channel) {
        return GlobPattern.of(bytes).matches(channel);
    }

    byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Name name && hash == name.hash && Arrays.equals(bytes, name.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
