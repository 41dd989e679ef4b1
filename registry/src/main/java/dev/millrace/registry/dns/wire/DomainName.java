package dev.millrace.registry.dns.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * A name as a message has it: labels, each behind its length, and the empty one of the root (RFC
 * 1035 section 3.1). Upper and lower case are kept, and are the same to who compares.
 */
public final class DomainName {
    /** With lengths and the root. */
    public static final int BYTES_MAX = 255;

    /** Bytes of one label. */
    public static final int LABEL_BYTES_MAX = 63;

    /** As many as 255 bytes can hold. */
    public static final int LABELS_MAX = 127;

    private final byte[] wire;

    DomainName(byte[] wire) {
        this.wire = wire;
    }

    /**
     * The name that a text means, with or without the dot of the root; nothing if a label is empty
     * or too long, or the whole is.
     */
    public static Optional<DomainName> of(String text) {
        byte[] from = text.getBytes(StandardCharsets.UTF_8);
        int end = from.length > 0 && from[from.length - 1] == '.' ? from.length - 1 : from.length;
        if (end == 0) {
            return Optional.of(new DomainName(new byte[1]));
        }
        if (end + 2 > BYTES_MAX) {
            return Optional.empty();
        }
        byte[] wire = new byte[end + 2];
        int length = 0;
        for (int i = 0; i <= end; i++) {
            if (i < end && from[i] != '.') {
                wire[i + 1] = from[i];
                length++;
                continue;
            }
            if (length == 0 || length > LABEL_BYTES_MAX) {
                return Optional.empty();
            }
            wire[i - length] = (byte) length;
            length = 0;
        }
        return Optional.of(new DomainName(wire));
    }

    /** This name below another; nothing if that is too long. */
    public Optional<DomainName> below(DomainName suffix) {
        int own = wire.length - 1;
        if (own + suffix.wire.length > BYTES_MAX) {
            return Optional.empty();
        }
        byte[] joined = Arrays.copyOf(wire, own + suffix.wire.length);
        System.arraycopy(suffix.wire, 0, joined, own, suffix.wire.length);
        return Optional.of(new DomainName(joined));
    }

    /** Its bytes; not to be changed. */
    public byte[] wire() {
        return wire;
    }

    public int length() {
        return wire.length;
    }

    /**
     * True if it is this one or lies below it; the labels of a name are counted from their ends.
     */
    public boolean isWithin(DomainName suffix) {
        int start = wire.length - suffix.wire.length;
        return start >= 0 && isLabelAt(start) && matches(suffix.wire, start);
    }

    private boolean isLabelAt(int place) {
        int at = 0;
        while (at < place) {
            at += wire[at] + 1;
        }
        return at == place;
    }

    private boolean matches(byte[] other, int start) {
        for (int i = 0; i < other.length; i++) {
            if (lower(wire[start + i]) != lower(other[i])) {
                return false;
            }
        }
        return true;
    }

    /** A letter of ASCII in lower case, any other byte as it is; lengths are no letters. */
    static byte lower(byte letter) {
        return letter >= 'A' && letter <= 'Z' ? (byte) (letter + 32) : letter;
    }

    /**
     * Reads a name that may be compressed. Each pointer must lead to before the labels that led to
     * it, so there is an end (RFC 1035 section 4.1.4: "a prior occurrence").
     *
     * @param message of which the first {@code length} bytes count
     * @throws BadMessage when it is no name
     */
    public static DomainName read(byte[] message, int length, int start) throws BadMessage {
        byte[] wire = new byte[BYTES_MAX];
        int bytes = 0;
        int run = start;
        int at = start;
        while (true) {
            int label = byteAt(message, length, at);
            if (label > LABEL_BYTES_MAX) {
                run = pointer(message, length, at, run);
                at = run;
                continue;
            }
            int after = at + 1 + label;
            if (after > length || bytes + 1 + label + (label == 0 ? 0 : 1) > BYTES_MAX) {
                throw new BadMessage("a name: cut off, or longer than " + BYTES_MAX);
            }
            System.arraycopy(message, at, wire, bytes, 1 + label);
            bytes += 1 + label;
            at = after;
            if (label == 0) {
                return new DomainName(Arrays.copyOf(wire, bytes));
            }
        }
    }

    private static int pointer(byte[] message, int length, int at, int run) throws BadMessage {
        int target = offset(message, length, at);
        if (target >= run) {
            throw new BadMessage("a pointer to " + target + " (expected: < " + run + ")");
        }
        return target;
    }

    /** Where a name that may be compressed ends; where it leads to is not looked at. */
    public static int skip(byte[] message, int length, int start) throws BadMessage {
        int at = start;
        while (true) {
            int label = byteAt(message, length, at);
            if (label > LABEL_BYTES_MAX) {
                if (offset(message, length, at) >= at) {
                    throw new BadMessage("a pointer forward");
                }
                return at + 2;
            }
            at += 1 + label;
            if (at > length || at - start > BYTES_MAX) {
                throw new BadMessage("a name: cut off, or longer than " + BYTES_MAX);
            }
            if (label == 0) {
                return at;
            }
        }
    }

    private static int offset(byte[] message, int length, int at) throws BadMessage {
        int word = byteAt(message, length, at) << 8 | byteAt(message, length, at + 1);
        if ((word & Encoder.POINTER) != Encoder.POINTER) {
            throw new BadMessage("a label's length: " + (word >> 8) + " (expected: <= 63)");
        }
        return word & ~Encoder.POINTER;
    }

    private static int byteAt(byte[] message, int length, int at) throws BadMessage {
        if (at >= length) {
            throw new BadMessage("a name: cut off");
        }
        return message[at] & 0xFF;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DomainName name
                && name.wire.length == wire.length
                && matches(name.wire, 0);
    }

    @Override
    public int hashCode() {
        int hash = 0;
        for (byte letter : wire) {
            hash = 31 * hash + lower(letter);
        }
        return hash;
    }

    /** As people write it, with the dot of the root. */
    @Override
    public String toString() {
        if (wire.length == 1) {
            return ".";
        }
        StringBuilder text = new StringBuilder();
        for (int at = 0; wire[at] != 0; at += 1 + wire[at]) {
            text.append(new String(wire, at + 1, wire[at], StandardCharsets.UTF_8)).append('.');
        }
        return text.toString();
    }
}
