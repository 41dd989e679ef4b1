package dev.millrace.kv.acl;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.glob.GlobPattern;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Keys that may be read, written, or both; or channels. Most patterns are a name or the beginning
 * of names: these are compared where the key lies. Of others a key is copied first.
 */
final class KeyPattern {
    static final int READ = 1;
    static final int WRITE = 2;
    static final int ALL = READ | WRITE;

    private final byte[] pattern;
    private final int access;

    /** What a key begins with, if the pattern is only that and perhaps one star behind. */
    private final byte[] plain;

    private final boolean isPlain;
    private final boolean open;

    /**
     * @param text bytes as characters
     * @param access bits of {@link #READ} and {@link #WRITE}
     */
    KeyPattern(String text, int access) {
        this.pattern = text.getBytes(StandardCharsets.ISO_8859_1);
        this.access = access;
        this.open = text.endsWith("*");
        this.plain = open ? Arrays.copyOf(pattern, pattern.length - 1) : pattern;
        this.isPlain = hasNoSpecial(plain);
    }

    private static boolean hasNoSpecial(byte[] text) {
        for (byte b : text) {
            if (b == '*' || b == '?' || b == '[' || b == '\\') {
                return false;
            }
        }
        return true;
    }

    /** The same pattern for more. */
    KeyPattern with(int more) {
        return new KeyPattern(text(), access | more);
    }

    /** The pattern itself, bytes as characters. */
    String text() {
        return new String(pattern, StandardCharsets.ISO_8859_1);
    }

    /** As a rule: {@code ~a*}, {@code %R~a*}. */
    String rule() {
        return switch (access) {
            case ALL -> "~" + text();
            case READ -> "%R~" + text();
            case WRITE -> "%W~" + text();
            default -> "%~" + text();
        };
    }

    boolean is(byte[] text) {
        return Arrays.equals(pattern, text);
    }

    boolean gives(int wanted) {
        return (access & wanted) == wanted;
    }

    boolean isEverything() {
        return open && plain.length == 0;
    }

    boolean matches(long address, int length) {
        if (!isPlain) {
            return GlobPattern.of(pattern).matches(Memory.bytes(address, length));
        }
        if (open ? length < plain.length || length == 0 : length != plain.length) {
            return false;
        }
        for (int i = 0; i < plain.length; i++) {
            if (Memory.getByte(address + i) != plain[i]) {
                return false;
            }
        }
        return true;
    }

    boolean matches(byte[] text) {
        return GlobPattern.of(pattern).matches(text);
    }
}
