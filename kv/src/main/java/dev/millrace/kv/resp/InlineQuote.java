package dev.millrace.kv.resp;

import dev.millrace.kernel.memory.Memory;

/**
 * A quoted argument of an inline command, unescaped: {@code "\n\r\t\b\a\xHH\""} and {@code '\''}.
 *
 * @param next offset behind the closing quote
 * @param to offset behind the last byte written
 */
record InlineQuote(int next, int to) {
    static final String UNBALANCED = "unbalanced quotes in request";

    static InlineQuote unescape(long address, int open, int end, int to) {
        int quote = Memory.getByte(address + open);
        int i = open + 1;
        int out = to;
        while (i < end) {
            int c = Memory.getByte(address + i);
            if (c == quote) {
                return new InlineQuote(i + 1, out);
            }
            if (c == '\\' && quote == '"' && isHexEscape(address, i, end)) {
                c = hex(address + i + 2) << 4 | hex(address + i + 3);
                i += 4;
            } else if (c == '\\' && i + 1 < end && quote == '"') {
                c = escaped(Memory.getByte(address + i + 1));
                i += 2;
            } else if (c == '\\' && i + 1 < end && Memory.getByte(address + i + 1) == '\'') {
                c = '\'';
                i += 2;
            } else {
                i++;
            }
            Memory.putByte(address + out++, c);
        }
        throw new ProtocolException(UNBALANCED);
    }

    private static boolean isHexEscape(long address, int at, int end) {
        return at + 3 < end
                && Memory.getByte(address + at + 1) == 'x'
                && hex(address + at + 2) >= 0
                && hex(address + at + 3) >= 0;
    }

    private static int hex(long address) {
        return Character.digit(Memory.getByte(address), 16);
    }

    private static int escaped(int c) {
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> 7;
            default -> c;
        };
    }
}
