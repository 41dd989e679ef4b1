package dev.millrace.kv.resp;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

import java.nio.charset.StandardCharsets;

/**
 * Writes replies in RESP2 or RESP3 (RESP3 specification, "RESP3 types"). What RESP2 does not have
 * becomes what Redis makes of it: a map an array of twice the length, a double a bulk string, a
 * boolean an integer, a push an array.
 */
public final class Reply {
    /** Of a verbatim text, its format; a shorter one is filled up with blanks. */
    private static final int FORMAT_BYTES = 3;

    private static final byte[] OK = ascii("+OK\r\n");
    private static final byte[] QUEUED = ascii("+QUEUED\r\n");
    private static final byte[] PONG = ascii("+PONG\r\n");
    private static final byte[] NULL_BULK = ascii("$-1\r\n");
    private static final byte[] NULL_ARRAY = ascii("*-1\r\n");
    private static final byte[] TXT = ascii("txt:");
    private static final byte[] NULL = ascii("_\r\n");
    private static final int CRLF = '\r' | '\n' << 8;

    /** {@code $NN\r\n} */
    private static final int NUMBER_HEAD_BYTES = 5;

    private static final int HEADER_BYTES_MAX = 1 + Decimal.BYTES_MAX + 2;

    private NativeBuffer out;
    private int protocol = 2;

    public Reply(NativeBuffer out) {
        this.out = out;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    public void to(NativeBuffer out, int protocol) {
        this.out = out;
        this.protocol = protocol;
    }

    public NativeBuffer out() {
        return out;
    }

    /** 2 or 3. */
    public int protocol() {
        return protocol;
    }

    public void ok() {
        out.put(OK);
    }

    public void queued() {
        out.put(QUEUED);
    }

    public void pong() {
        out.put(PONG);
    }

    public void simple(String text) {
        out.putByte('+');
        out.putUtf8(text);
        crlf();
    }

    /** A status of any bytes; line ends in it become blanks. */
    public void simpleBytes(byte[] text) {
        line('+', text);
    }

    /** A line of one type; line ends in it become blanks. */
    private void line(int kind, byte[] text) {
        out.putByte(kind);
        for (byte b : text) {
            out.putByte(b == '\r' || b == '\n' ? ' ' : b);
        }
        crlf();
    }

    /** A number of any length, given by its digits: in RESP2 a bulk string. */
    public void bigNumber(byte[] digits) {
        if (protocol == 2) {
            bulk(digits);
        } else {
            line('(', digits);
        }
    }

    /** A text with a format of three letters; in RESP2 a bulk string. */
    public void verbatim(byte[] format, byte[] text) {
        if (protocol == 2) {
            bulk(text);
            return;
        }
        header('=', text.length + 4L);
        for (int i = 0; i < FORMAT_BYTES; i++) {
            out.putByte(i < format.length ? format[i] : ' ');
        }
        out.putByte(':');
        out.put(text);
        crlf();
    }

    /** An error with its code, e.g. {@code ERR syntax error}. Line ends in it become blanks. */
    public void error(String text) {
        out.putByte('-');
        out.putUtf8(text.replace('\r', ' ').replace('\n', ' '));
        crlf();
    }

    /** An error that repeats what a client sent, whatever bytes that were. */
    public void errorBytes(byte[] text) {
        line('-', text);
    }

    public void integer(long value) {
        header(':', value);
    }

    /** True as 1, false as 0, in both protocols: most Redis commands answer so. */
    public void flag(boolean value) {
        integer(value ? 1 : 0);
    }

    private void header(int kind, long value) {
        out.advance(header(out.room(HEADER_BYTES_MAX), kind, value));
    }

    /** Writes it where there is room, and returns its length. */
    private static int header(long at, int kind, long value) {
        Memory.putByte(at, kind);
        int digits = 1;
        if (value >= 0 && value < 10) {
            Memory.putByte(at + 1, (int) ('0' + value));
        } else if (value >= 10 && value < 100) {
            int tens = (int) value / 10;
            Memory.putShort(at + 1, '0' + tens | '0' + (int) value - tens * 10 << 8);
            digits = 2;
        } else {
            digits = Decimal.write(at + 1, value);
        }
        Memory.putShort(at + 1 + digits, CRLF);
        return digits + 3;
    }

    private void crlf() {
        Memory.putShort(out.room(2), CRLF);
        out.advance(2);
    }

    public void bulk(long address, int length) {
        long room = out.room(HEADER_BYTES_MAX + length + 2L);
        int head = header(room, '$', length);
        long at = room + head;
        Memory.copy(address, at, length);
        Memory.putShort(at + length, CRLF);
        out.advance(head + length + 2L);
    }

    public void bulk(byte[] bytes) {
        header('$', bytes.length);
        out.put(bytes);
        crlf();
    }

    public void bulk(String text) {
        bulk(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A long as a bulk string. */
    public void bulkLong(long value) {
        bulk(ascii(Long.toString(value)));
    }

    public void verbatim(String text) {
        if (protocol == 2) {
            bulk(text);
            return;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        header('=', bytes.length + 4);
        out.put(TXT);
        out.put(bytes);
        crlf();
    }

    /** As {@link #verbatim(String)}, of UTF-8 that is in memory. */
    public void verbatim(long address, int length) {
        if (protocol == 2) {
            bulk(address, length);
            return;
        }
        header('=', length + 4L);
        out.put(TXT);
        out.put(address, length);
        crlf();
    }

    public void nullBulk() {
        out.put(protocol == 2 ? NULL_BULK : NULL);
    }

    public void nullArray() {
        out.put(protocol == 2 ? NULL_ARRAY : NULL);
    }

    public void array(int length) {
        header('*', length);
    }

    public void emptyArray() {
        header('*', 0);
    }

    /** A map of {@code pairs}; twice as many replies follow. */
    public void map(int pairs) {
        if (protocol == 2) {
            header('*', pairs * 2L);
        } else {
            header('%', pairs);
        }
    }

    public void set(int length) {
        header(protocol == 2 ? '*' : '~', length);
    }

    /**
     * Puts what was written last, since {@code head}, before what was written since {@code begun}:
     * the head of a reply whose length is known only at its end. Both are lengths of {@link #out}.
     */
    public void toFront(long begun, long head) {
        byte[] bytes = Memory.bytes(out.address() + head, (int) (out.length() - head));
        long front = out.address() + begun;
        Memory.move(front, front + bytes.length, head - begun);
        Memory.copy(bytes, 0, front, bytes.length);
    }

    /** Puts the head of an array before all that was written since {@code begun}. */
    public void arrayInFront(long begun, int length) {
        headerInFront(begun, '*', length);
    }

    /**
     * Puts the head of a map before all that was written since {@code begun}, where each pair began
     * with {@link #pair}: in RESP2 it is an array of arrays.
     */
    public void mapOfPairsInFront(long begun, int pairs) {
        headerInFront(begun, protocol == 2 ? '*' : '%', pairs);
    }

    /** Begins a pair of a map that RESP2 has as an array of arrays. */
    public void pair() {
        if (protocol == 2) {
            array(2);
        }
    }

    private void headerInFront(long begun, int kind, long value) {
        int head = 1 + Decimal.length(value) + 2;
        long end = out.room(HEADER_BYTES_MAX);
        long front = out.address() + begun;
        Memory.move(front, front + head, end - front);
        header(front, kind, value);
        out.advance(head);
    }

    /**
     * Two unsigned numbers with a dash between them, as a bulk string: how streams name entries.
     */
    public void bulkPair(long first, long second) {
        int firstDigits = Decimal.unsignedLength(first);
        int length = firstDigits + 1 + Decimal.unsignedLength(second);
        long room = out.room(HEADER_BYTES_MAX + length + 2L);
        int head = header(room, '$', length);
        long at = room + head;
        Decimal.writeUnsigned(at, first);
        Memory.putByte(at + firstDigits, '-');
        Decimal.writeUnsigned(at + firstDigits + 1, second);
        Memory.putShort(at + length, CRLF);
        out.advance(head + length + 2L);
    }

    public void push(int length) {
        header(protocol == 2 ? '*' : '>', length);
    }

    /** An integer of any length: in RESP2 a bulk string, in RESP3 a big number. */
    public void bigNumber(String digits) {
        if (protocol == 2) {
            bulk(digits);
        } else {
            out.putByte('(');
            out.putUtf8(digits);
            crlf();
        }
    }

    /** In RESP3, so many pairs that are said of the reply behind them. */
    public void attribute(int pairs) {
        header('|', pairs);
    }

    public void bool(boolean value) {
        if (protocol == 2) {
            flag(value);
        } else {
            out.put(ascii(value ? "#t\r\n" : "#f\r\n"));
        }
    }

    /** A double as {@link DoubleText} writes it: in RESP2 a bulk string, in RESP3 a double. */
    public void number(double value) {
        if (protocol == 2) {
            bulkNumber(value);
            return;
        }
        long at = out.room(1 + DoubleText.BYTES_MAX + 2);
        Memory.putByte(at, ',');
        int length = DoubleText.write(at + 1, value);
        Memory.putShort(at + 1 + length, CRLF);
        out.advance(length + 3L);
    }

    /** A double with a text of the caller's: in RESP2 a bulk string, in RESP3 a double. */
    public void number(String text) {
        if (protocol == 2) {
            bulk(text);
            return;
        }
        out.putByte(',');
        out.putUtf8(text);
        crlf();
    }

    /** A double as a bulk string in both protocols. */
    public void bulkNumber(double value) {
        // Of a length with one digit the text begins a byte earlier: it is moved there.
        long at = out.room(HEADER_BYTES_MAX + DoubleText.BYTES_MAX + 2);
        int length = DoubleText.write(at + NUMBER_HEAD_BYTES, value);
        Memory.putByte(at, '$');
        int digits = Decimal.write(at + 1, length);
        Memory.putShort(at + 1 + digits, CRLF);
        long text = at + 1 + digits + 2;
        Memory.move(at + NUMBER_HEAD_BYTES, text, length);
        Memory.putShort(text + length, CRLF);
        out.advance(1 + digits + 2 + length + 2);
    }
}
