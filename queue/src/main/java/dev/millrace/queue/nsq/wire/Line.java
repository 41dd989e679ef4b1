package dev.millrace.queue.nsq.wire;

import io.netty.buffer.ByteBuf;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The line that a command begins with: its verb and parameters, single spaces between them. One is
 * used again for every command of a connection, so that a command makes no garbage; what it says is
 * good until the next.
 */
public final class Line {
    /** Longer ones end the connection, without a word, as with nsqd. */
    public static final int BYTES_MAX = 16 * 1024 - 1;

    /** {@link #decimal} of what is no number. */
    public static final long NO_NUMBER = -1;

    /** No verb looks at more words than these; the others are only counted. */
    private static final int WORDS_KEPT = 3;

    private static final int BYTES_MIN = 128;

    private byte[] bytes = new byte[BYTES_MIN];
    private final int[] starts = new int[WORDS_KEPT];
    private final int[] ends = new int[WORDS_KEPT];
    private int words;

    /** Takes a line out of a buffer, and its end: {@code \n} or {@code \r\n}. */
    void read(ByteBuf in, int length) {
        if (bytes.length < length) {
            bytes = new byte[Math.max(length, 2 * bytes.length)];
        }
        in.readBytes(bytes, 0, length);
        in.skipBytes(1);
        split(length > 0 && bytes[length - 1] == '\r' ? length - 1 : length);
    }

    private void split(int length) {
        words = 0;
        int start = 0;
        for (int i = 0; i <= length; i++) {
            if (i == length || bytes[i] == ' ') {
                if (words < WORDS_KEPT) {
                    starts[words] = start;
                    ends[words] = i;
                }
                words++;
                start = i + 1;
            }
        }
    }

    /** How many words it has; at least one, which may be empty. */
    public int words() {
        return words;
    }

    /** The first word, packed as {@link #packed} does; 0: it is no verb at all. */
    public long verb() {
        return packed(bytes, starts[0], ends[0]);
    }

    /** A verb of at most eight bytes as one number. */
    public static long packed(String verb) {
        byte[] ascii = verb.getBytes(StandardCharsets.US_ASCII);
        return packed(ascii, 0, ascii.length);
    }

    private static long packed(byte[] bytes, int start, int end) {
        if (end - start > Long.BYTES) {
            return 0;
        }
        long packed = 0;
        for (int i = start; i < end; i++) {
            packed = packed << Byte.SIZE | bytes[i] & 0xff;
        }
        return packed;
    }

    /** How long a word is; word 0 is the verb. */
    public int length(int word) {
        return end(word) - starts[word];
    }

    /** True if that word is this. */
    public boolean is(int word, byte[] expected) {
        return Arrays.equals(bytes, starts[word], end(word), expected, 0, expected.length);
    }

    /** A word, a char a byte. */
    public String text(int word) {
        return new String(bytes, starts[word], length(word), StandardCharsets.ISO_8859_1);
    }

    /** A word as Go's {@code %q} writes it. */
    public String quoted(int word) {
        return Quoted.of(
                new String(bytes, starts[word], length(word), StandardCharsets.UTF_8), '"');
    }

    private int end(int word) {
        if (word >= words) {
            throw new IndexOutOfBoundsException(word + " of " + words + " words");
        }
        return ends[word];
    }

    /**
     * The number that a word's digits make, without a sign; an empty word makes 0, as with nsqd.
     *
     * @return at most {@link Long#MAX_VALUE}; {@link #NO_NUMBER} if anything is no digit
     */
    public long decimal(int word) {
        long number = 0;
        for (int i = starts[word]; i < end(word); i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return NO_NUMBER;
            }
            boolean fits = number <= (Long.MAX_VALUE - digit) / 10;
            number = fits ? number * 10 + digit : Long.MAX_VALUE;
        }
        return number;
    }

    /**
     * A message's number from the 16 hexadecimal digits that a client was given.
     *
     * @throws Refusal when it is not 16 bytes long
     */
    public long messageId(int word) throws Refusal {
        if (length(word) != Frames.ID_BYTES) {
            throw Refusal.closing("E_INVALID", "invalid message ID");
        }
        long id = 0;
        for (int i = starts[word]; i < end(word); i++) {
            int digit = Character.digit(bytes[i], 16);
            if (digit < 0 || Character.isUpperCase(bytes[i])) {
                // No message has such a number, but it is well formed: it is only not in flight.
                return NO_NUMBER;
            }
            id = id << 4 | digit;
        }
        return id;
    }
}
