package dev.millrace.bench.server;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * RESP requests one behind the other, put together without an object per word: a generator that
 * makes garbage is what a mass load measures. Not for several threads.
 */
public final class RequestBytes {
    private static final int DECIMAL = 10;

    private byte[] bytes = new byte[1 << 16];
    private int count;

    /** Begins a request of so many words, which follow. */
    public RequestBytes request(int words) {
        return head('*', words);
    }

    /** A word in ASCII. */
    public RequestBytes word(String ascii) {
        head('$', ascii.length());
        text(ascii);
        return end();
    }

    /** A word that is a prefix in ASCII and a number, with leading zeros if it is too short. */
    public RequestBytes word(String prefix, long number, int digits) {
        int length = Math.max(digits, digits(number));
        head('$', prefix.length() + length);
        text(prefix);
        decimal(number, length);
        return end();
    }

    /** A word that is a number, 0 or more. */
    public RequestBytes integer(long number) {
        return word("", number, 1);
    }

    /** How many bytes there are. */
    public int count() {
        return count;
    }

    /** Writes all there is, and has none then. */
    public void moveTo(OutputStream out) throws IOException {
        out.write(bytes, 0, count);
        count = 0;
    }

    private RequestBytes head(char type, int number) {
        room(1);
        bytes[count++] = (byte) type;
        decimal(number, digits(number));
        return end();
    }

    private void text(String ascii) {
        room(ascii.length());
        for (int at = 0; at < ascii.length(); at++) {
            bytes[count++] = (byte) ascii.charAt(at);
        }
    }

    private void decimal(long number, int length) {
        room(length);
        long rest = number;
        for (int at = count + length - 1; at >= count; at--) {
            bytes[at] = (byte) ('0' + rest % DECIMAL);
            rest /= DECIMAL;
        }
        count += length;
    }

    private static int digits(long number) {
        int digits = 1;
        for (long rest = number / DECIMAL; rest > 0; rest /= DECIMAL) {
            digits++;
        }
        return digits;
    }

    private RequestBytes end() {
        room(2);
        bytes[count++] = '\r';
        bytes[count++] = '\n';
        return this;
    }

    private void room(int more) {
        if (count + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, count + more));
        }
    }
}
