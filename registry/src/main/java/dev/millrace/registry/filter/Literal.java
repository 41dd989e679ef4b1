package dev.millrace.registry.filter;

import java.util.Optional;

/** A quoted text as Go unquotes it ({@code strconv.Unquote}). */
final class Literal {
    private final String quoted;
    private final StringBuilder text = new StringBuilder();
    private int at = 1;

    private Literal(String quoted) {
        this.quoted = quoted;
    }

    /**
     * What is between the quotes, if it is well-formed.
     *
     * @param quoted in double quotes, with escapes; or in back quotes, as it is
     */
    static Optional<String> unquoted(String quoted) {
        if (quoted.startsWith("`")) {
            return Optional.of(quoted.substring(1, quoted.length() - 1).replace("\r", ""));
        }
        return new Literal(quoted).read();
    }

    private Optional<String> read() {
        int end = quoted.length() - 1;
        while (at < end) {
            char c = quoted.charAt(at++);
            if (c == '\n' || (c == '\\' && !escape(end))) {
                return Optional.empty();
            }
            if (c != '\\') {
                text.append(c);
            }
        }
        return Optional.of(text.toString());
    }

    private boolean escape(int end) {
        if (at >= end) {
            return false;
        }
        char kind = quoted.charAt(at++);
        return switch (kind) {
            case 'a' -> put(7);
            case 'b' -> put('\b');
            case 'f' -> put('\f');
            case 'n' -> put('\n');
            case 'r' -> put('\r');
            case 't' -> put('\t');
            case 'v' -> put(11);
            case '\\' -> put('\\');
            case 'x' -> digits(2, 16, end);
            case 'u' -> digits(4, 16, end);
            case 'U' -> digits(8, 16, end);
            case '0', '1', '2', '3' -> {
                at--;
                yield digits(3, 8, end);
            }
            default -> false;
        };
    }

    private boolean put(int codePoint) {
        text.appendCodePoint(codePoint);
        return true;
    }

    private boolean digits(int count, int radix, int end) {
        if (at + count > end) {
            return false;
        }
        long value = 0;
        for (int i = 0; i < count; i++) {
            int digit = Character.digit(quoted.charAt(at++), radix);
            if (digit < 0) {
                return false;
            }
            value = value * radix + digit;
        }
        boolean isScalar = value <= 0x10_ffff && (value < 0xd800 || value > 0xdfff);
        return isScalar && put((int) value);
    }
}
