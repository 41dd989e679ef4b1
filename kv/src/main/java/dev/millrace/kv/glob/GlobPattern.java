package dev.millrace.kv.glob;

import dev.millrace.kernel.memory.Memory;

import java.nio.charset.StandardCharsets;

/**
 * A glob pattern as Redis understands it ({@code stringmatchlen}, Redis 7.0): {@code *} any bytes,
 * {@code ?} one byte, {@code [ab]}, {@code [^ab]}, {@code [a-z]} one of a class, {@code \} takes
 * the next byte as it is.
 *
 * <p>What Redis does in odd cases is done here, too: a star does not match the empty text; a class
 * without its bracket ends with the pattern; the ends of a range may stand in either order, and are
 * signed bytes.
 *
 * <p>On a mismatch only the last star takes one byte more: if what follows it matches nowhere, then
 * no earlier star can help. So the time is at most pattern times text, where trying all stars is
 * exponential; and there is no recursion that a long pattern could exhaust.
 */
public final class GlobPattern {
    private final byte[] pattern;
    private final boolean anyCase;
    private final boolean matchesAll;

    /** Where in the pattern the class ends that {@link #classMatches} has looked at. */
    private int classEnd;

    private byte[] copy = new byte[64];

    private GlobPattern(byte[] pattern, boolean anyCase) {
        this.pattern = pattern;
        this.anyCase = anyCase;
        this.matchesAll = pattern.length == 1 && pattern[0] == '*';
    }

    /** One thread at a time may use it. */
    public static GlobPattern of(byte[] pattern) {
        return new GlobPattern(pattern, false);
    }

    /** A pattern for which ASCII letters of either case are the same. */
    public static GlobPattern ofAnyCase(String pattern) {
        return new GlobPattern(pattern.getBytes(StandardCharsets.UTF_8), true);
    }

    /** True for {@code *}: commands then take everything, the empty text too. */
    public boolean matchesAll() {
        return matchesAll;
    }

    public boolean matches(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return matches(bytes, bytes.length);
    }

    public boolean matches(byte[] text) {
        return matches(text, text.length);
    }

    /** Matches bytes outside the heap. */
    public boolean matches(long address, int length) {
        if (copy.length < length) {
            copy = new byte[length];
        }
        Memory.copy(address, copy, 0, length);
        return matches(copy, length);
    }

    private boolean matches(byte[] text, int length) {
        int at = 0;
        int p = 0;
        int star = -1;
        int starAt = 0;
        while (at < length) {
            if (p < pattern.length && pattern[p] == '*') {
                p = afterStars(p);
                if (p == pattern.length) {
                    return true;
                }
                star = p;
                starAt = at;
            } else {
                int next = p < pattern.length ? afterOne(p, text[at]) : -1;
                if (next >= 0) {
                    p = next;
                    at++;
                } else if (star >= 0) {
                    p = star;
                    at = ++starAt;
                } else {
                    return false;
                }
            }
        }
        // Stars match nothing at the end of a text, but not all by themselves.
        return (length == 0 ? p : afterStars(p)) == pattern.length;
    }

    private int afterStars(int from) {
        int p = from;
        while (p < pattern.length && pattern[p] == '*') {
            p++;
        }
        return p;
    }

    /** Where the pattern goes on after it has matched this byte; -1 if it does not. */
    private int afterOne(int from, byte c) {
        return switch (pattern[from]) {
            case '?' -> from + 1;
            case '[' -> classMatches(from + 1, c) ? classEnd : -1;
            case '\\' -> afterByte(from + 1 < pattern.length ? from + 1 : from, c);
            default -> afterByte(from, c);
        };
    }

    private int afterByte(int from, byte c) {
        return same(pattern[from], c) ? from + 1 : -1;
    }

    private boolean classMatches(int from, byte c) {
        int p = from;
        boolean not = p < pattern.length && pattern[p] == '^';
        if (not) {
            p++;
        }
        boolean found = false;
        while (p < pattern.length && pattern[p] != ']') {
            int left = pattern.length - p;
            if (pattern[p] == '\\' && left >= 2) {
                p++;
                found |= pattern[p] == c;
            } else if (left >= 3 && pattern[p + 1] == '-') {
                found |= isBetween(pattern[p], pattern[p + 2], c);
                p += 2;
            } else {
                found |= same(pattern[p], c);
            }
            p++;
        }
        classEnd = Math.min(p + 1, pattern.length);
        return found != not;
    }

    private boolean isBetween(byte one, byte other, byte c) {
        int least = folded((byte) Math.min(one, other));
        int most = folded((byte) Math.max(one, other));
        int folded = folded(c);
        return folded >= least && folded <= most;
    }

    private boolean same(byte a, byte b) {
        return folded(a) == folded(b);
    }

    private int folded(byte c) {
        return anyCase && c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
    }
}
