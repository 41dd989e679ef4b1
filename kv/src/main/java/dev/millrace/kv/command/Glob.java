package dev.millrace.kv.command;

import java.nio.charset.StandardCharsets;

/**
 * Glob patterns over bytes, as Redis's KEYS and PSUBSCRIBE have them: {@code *}, {@code ?}, {@code
 * [a-z]}, {@code [^a]}, and a backslash before what is meant literally.
 *
 * <p>Everything but a star matches exactly one byte, so on a mismatch it is enough to let the last
 * star take one byte more: no pattern takes longer than pattern times text.
 */
public final class Glob {
    private static final int NONE = -1;

    private final byte[] pattern;
    private final boolean ignoreCase;

    /** Where the element that was looked at last ends. */
    private int next;

    private Glob(byte[] pattern, boolean ignoreCase) {
        this.pattern = pattern;
        this.ignoreCase = ignoreCase;
    }

    public static boolean matches(byte[] pattern, byte[] text) {
        return new Glob(pattern, false).matches(text);
    }

    /** The same for names in ASCII, in any case. */
    public static boolean matchesIgnoringCase(String pattern, String text) {
        return new Glob(pattern.getBytes(StandardCharsets.UTF_8), true)
                .matches(text.getBytes(StandardCharsets.UTF_8));
    }

    private boolean matches(byte[] text) {
        // Redis's loop never looks at a star where there is no text at all.
        if (text.length == 0) {
            return pattern.length == 0;
        }
        int at = 0;
        int i = 0;
        int star = NONE;
        int starText = 0;
        while (i < text.length) {
            if (at < pattern.length && pattern[at] == '*') {
                star = at++;
                starText = i;
            } else if (at < pattern.length && matchesOne(at, text[i])) {
                at = next;
                i++;
            } else if (star != NONE) {
                at = star + 1;
                i = ++starText;
            } else {
                return false;
            }
        }
        while (at < pattern.length && pattern[at] == '*') {
            at++;
        }
        return at == pattern.length;
    }

    private boolean matchesOne(int at, byte c) {
        switch (pattern[at]) {
            case '?' -> {
                next = at + 1;
                return true;
            }
            case '[' -> {
                return matchesClass(at + 1, c);
            }
            case '\\' -> {
                int literal = at + 1 < pattern.length ? at + 1 : at;
                next = literal + 1;
                return same(pattern[literal], c);
            }
            default -> {
                next = at + 1;
                return same(pattern[at], c);
            }
        }
    }

    /** A class that is not closed ends with the pattern. */
    private boolean matchesClass(int start, byte c) {
        int at = start;
        boolean negated = at < pattern.length && pattern[at] == '^';
        if (negated) {
            at++;
        }
        boolean found = false;
        while (at < pattern.length && pattern[at] != ']') {
            if (pattern[at] == '\\' && at + 1 < pattern.length) {
                at++;
                found |= pattern[at] == c;
            } else if (at + 2 < pattern.length && pattern[at + 1] == '-') {
                found |= isBetween(pattern[at], pattern[at + 2], c);
                at += 2;
            } else {
                found |= same(pattern[at], c);
            }
            at++;
        }
        next = Math.min(at + 1, pattern.length);
        return found != negated;
    }

    private boolean isBetween(byte one, byte other, byte c) {
        int low = folded((byte) Math.min(one, other));
        int high = folded((byte) Math.max(one, other));
        int value = folded(c);
        return value >= low && value <= high;
    }

    private boolean same(byte a, byte b) {
        return folded(a) == folded(b);
    }

    private int folded(byte c) {
        return ignoreCase && c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
    }
}
