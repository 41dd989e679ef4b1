package dev.millrace.kv.resp;

import dev.millrace.kernel.memory.Memory;

import java.nio.charset.StandardCharsets;

/**
 * Finds the next request in received bytes: a multibulk array, or an inline command (Redis protocol
 * specification, "Sending commands" and "Inline commands").
 *
 * <p>It may be called again with the same bytes and more, and goes on where it stopped; so a huge
 * request that comes in small pieces is walked once. Nothing is allocated for what is only
 * announced. One belongs to each connection that is in the middle of a request; a loop lends its
 * own to all that are not.
 */
public final class RequestParser {
    /** A line (inline request, or a count) may be this long. */
    static final int LINE_BYTES_MAX = 64 * 1024;

    private static final int NONE = -1;

    /** A letter, two digits, a line end. */
    private static final int SHORT_LINE_BYTES_MAX = 5;

    /** What a client may send before it has said who it is. */
    private static final int ARGUMENTS_BEFORE_AUTH_MAX = 10;

    private static final int BULK_BYTES_BEFORE_AUTH_MAX = 16 * 1024;

    private Request request;

    /** Where the next byte to look at is, counted from the start of the request. */
    private int at;

    private int argumentsLeft = NONE;
    private long bulkLength = NONE;

    /** Its first request goes to {@code first}. */
    public RequestParser(Request first) {
        request = first;
    }

    /** True between requests. */
    public boolean isIdle() {
        return at == 0;
    }

    /**
     * Of a request that is not whole, the bytes that are done with: those of its whole arguments,
     * and of the head of the one that is coming.
     */
    public int parsed() {
        return at;
    }

    /**
     * How long the request is up to the end of the argument that is coming, with its line end; 0 if
     * that is not announced yet.
     */
    public long announced() {
        return bulkLength == NONE ? 0 : at + bulkLength + 2;
    }

    /** Where the next request goes; only between requests. */
    public void into(Request target) {
        assert isIdle();
        request = target;
    }

    /** The request that {@link #parse} found. */
    public Request request() {
        return request;
    }

    /**
     * Looks for a whole request at the front of the bytes.
     *
     * @param bulkBytesMax {@code proto-max-bulk-len}
     * @param authenticated whether the client may send large things
     * @return how many bytes it takes, or 0 if it is not whole yet. A request without arguments (an
     *     empty line, {@code *0}) is whole, and to be passed over.
     * @throws ProtocolException with Redis's words
     */
    public int parse(long address, int length, long bulkBytesMax, boolean authenticated) {
        request.base(address);
        if (at == 0) {
            request.clear();
            if (length == 0) {
                return 0;
            }
            if (Memory.getByte(address) != '*') {
                return parseInline(address, length);
            }
        }
        if (argumentsLeft == NONE && !parseCount(address, length, authenticated)) {
            return 0;
        }
        while (argumentsLeft > 0) {
            if (bulkLength == NONE && !parseBulk(address, length, bulkBytesMax, authenticated)) {
                return 0;
            }
            if (length - at < bulkLength + 2) {
                return 0;
            }
            request.add(at, (int) bulkLength);
            at += (int) bulkLength + 2;
            bulkLength = NONE;
            argumentsLeft--;
        }
        return whole(at);
    }

    private int whole(int bytes) {
        at = 0;
        argumentsLeft = NONE;
        bulkLength = NONE;
        return bytes;
    }

    private boolean parseCount(long address, int length, boolean authenticated) {
        int few = shortNumber(address, length);
        if (few != NONE && few <= ARGUMENTS_BEFORE_AUTH_MAX) {
            at += shortLine(few);
            argumentsLeft = few;
            return true;
        }
        int end = lineEnd(address, at, length);
        if (end < 0) {
            if (length - at > LINE_BYTES_MAX) {
                throw new ProtocolException("too big mbulk count string");
            }
            return false;
        }
        long count = number(address + at + 1, end - at - 1, "invalid multibulk length");
        if (count > Integer.MAX_VALUE) {
            throw new ProtocolException("invalid multibulk length");
        }
        if (count > ARGUMENTS_BEFORE_AUTH_MAX && !authenticated) {
            throw new ProtocolException("unauthenticated multibulk length");
        }
        at = end + 2;
        argumentsLeft = (int) Math.max(count, 0);
        return true;
    }

    private boolean parseBulk(long address, int length, long bulkBytesMax, boolean authenticated) {
        if (at >= length) {
            return false;
        }
        int small = shortNumber(address, length);
        if (small != NONE && small <= bulkBytesMax && Memory.getByte(address + at) == '$') {
            at += shortLine(small);
            bulkLength = small;
            return true;
        }
        int end = lineEnd(address, at, length);
        if (end < 0) {
            if (length - at > LINE_BYTES_MAX) {
                throw new ProtocolException("too big bulk count string");
            }
            return false;
        }
        int kind = Memory.getUnsignedByte(address + at);
        if (kind != '$') {
            throw new ProtocolException("expected '$', got '" + (char) kind + "'");
        }
        long bytes = number(address + at + 1, end - at - 1, "invalid bulk length");
        if (bytes < 0 || bytes > bulkBytesMax) {
            throw new ProtocolException("invalid bulk length");
        }
        if (bytes > BULK_BYTES_BEFORE_AUTH_MAX && !authenticated) {
            throw new ProtocolException("unauthenticated bulk length");
        }
        at = end + 2;
        bulkLength = bytes;
        return true;
    }

    /**
     * The number of a line that has one digit or two, as nearly all have, read at once; {@link
     * #NONE} if it is another, or wrong, or not whole: then whoever takes one byte after the other
     * says what it is (benchmark: {@code RequestParsing}).
     */
    private int shortNumber(long address, int length) {
        if (length - at < SHORT_LINE_BYTES_MAX) {
            return NONE;
        }
        int line = Memory.getInt(address + at);
        int first = (line >>> 8 & 0xff) - '0';
        int second = (line >>> 16 & 0xff) - '0';
        if (first < 0 || first > 9) {
            return NONE;
        }
        if (second == '\r' - '0') {
            return first;
        }
        boolean two = first > 0 && second >= 0 && second <= 9 && line >>> 24 == '\r';
        return two ? first * 10 + second : NONE;
    }

    /** Bytes of a line with such a number. */
    private static int shortLine(int number) {
        return number < 10 ? SHORT_LINE_BYTES_MAX - 1 : SHORT_LINE_BYTES_MAX;
    }

    /** The offset of the \r that ends the line, once the byte after it is there too; else -1. */
    private static int lineEnd(long address, int from, int length) {
        return find('\r', address, from, length - 1);
    }

    /**
     * As C's {@code strchr}, which Redis uses: not behind a zero byte. So who speaks TLS to this
     * port is not taken for somebody who sends lines.
     */
    private static int find(int wanted, long address, int from, int to) {
        for (int i = from; i < to; i++) {
            int c = Memory.getByte(address + i);
            if (c == wanted) {
                return i;
            }
            if (c == 0) {
                return -1;
            }
        }
        return -1;
    }

    private static long number(long address, int length, String error) {
        if (length == 0 || length > 20) {
            throw new ProtocolException(error);
        }
        boolean negative = Memory.getByte(address) == '-';
        int i = negative ? 1 : 0;
        if (i == length) {
            throw new ProtocolException(error);
        }
        boolean zeroFirst = Memory.getByte(address + i) == '0';
        if (zeroFirst && (length > 1)) {
            throw new ProtocolException(error);
        }
        long value = 0;
        for (; i < length; i++) {
            int digit = Memory.getByte(address + i) - '0';
            if (digit < 0 || digit > 9 || value > (Long.MAX_VALUE - digit) / 10) {
                throw new ProtocolException(error);
            }
            value = value * 10 + digit;
        }
        return negative ? -value : value;
    }

    // ---- Inline commands

    private int parseInline(long address, int length) {
        int end = find('\n', address, 0, length);
        if (end < 0) {
            if (length > LINE_BYTES_MAX) {
                throw new ProtocolException("too big inline request");
            }
            return 0;
        }
        int lineEnd = end > 0 && Memory.getByte(address + end - 1) == '\r' ? end - 1 : end;
        splitInline(address, lineEnd);
        return whole(end + 1);
    }

    /** Splits at blanks; quoted arguments are unescaped in place, for they only get shorter. */
    private void splitInline(long address, int end) {
        int i = 0;
        while (true) {
            while (i < end && isBlank(Memory.getByte(address + i))) {
                i++;
            }
            if (i >= end) {
                return;
            }
            int start = i;
            int to = i;
            boolean done = false;
            while (!done && i < end) {
                int c = Memory.getByte(address + i);
                if (isBlank(c)) {
                    done = true;
                } else if (c == '"' || c == '\'') {
                    InlineQuote quote = InlineQuote.unescape(address, i, end, to);
                    i = quote.next();
                    to = quote.to();
                    if (i < end && !isBlank(Memory.getByte(address + i))) {
                        throw new ProtocolException(InlineQuote.UNBALANCED);
                    }
                } else {
                    Memory.putByte(address + to++, c);
                    i++;
                }
            }
            request.add(start, to - start);
        }
    }

    private static boolean isBlank(int c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }

    @Override
    public String toString() {
        byte[][] arguments = new byte[request.count()][];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = request.bytes(i);
        }
        StringBuilder text = new StringBuilder();
        for (byte[] argument : arguments) {
            text.append(new String(argument, StandardCharsets.UTF_8)).append(' ');
        }
        return text.toString();
    }
}
