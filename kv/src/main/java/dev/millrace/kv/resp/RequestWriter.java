package dev.millrace.kv.resp;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

import java.nio.charset.StandardCharsets;

/**
 * Writes requests as clients send them: arrays of bulk strings (RESP2, "Sending commands to a Redis
 * server"). A request is {@link #begin}, and so many words.
 */
public final class RequestWriter {
    private static final int CRLF = '\r' | '\n' << 8;
    private static final int HEADER_BYTES_MAX = 1 + Decimal.BYTES_MAX + 2;

    private NativeBuffer out;

    public RequestWriter(NativeBuffer out) {
        this.out = out;
    }

    /** A request of these words, by itself. */
    public static byte[] of(String... words) {
        byte[][] bytes = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            bytes[i] = words[i].getBytes(StandardCharsets.UTF_8);
        }
        return of(bytes);
    }

    /** A request of these words, by itself. */
    public static byte[] of(byte[]... words) {
        NativeBuffer buffer = new NativeBuffer(256);
        try {
            return of(buffer, words);
        } finally {
            buffer.free();
        }
    }

    /**
     * The same, for who asks often: a buffer of its own is a page taken from the system.
     *
     * @param scratch empty; what is in it afterwards is nobody's
     */
    public static byte[] of(NativeBuffer scratch, byte[]... words) {
        RequestWriter request = new RequestWriter(scratch);
        request.begin(words.length);
        for (byte[] word : words) {
            request.word(word);
        }
        return scratch.toBytes();
    }

    /** Writes to another buffer from here on. */
    public void to(NativeBuffer other) {
        out = other;
    }

    public NativeBuffer out() {
        return out;
    }

    /** Begins a request of so many words, its name counted. */
    public void begin(int words) {
        header('*', words);
    }

    public void word(String text) {
        word(text.getBytes(StandardCharsets.UTF_8));
    }

    public void word(byte[] bytes) {
        header('$', bytes.length);
        out.put(bytes);
        crlf();
    }

    public void word(long address, int length) {
        header('$', length);
        out.put(address, length);
        crlf();
    }

    /** A word of decimal digits. */
    public void number(long value) {
        header('$', Decimal.length(value));
        out.advance(Decimal.write(out.room(Decimal.BYTES_MAX), value));
        crlf();
    }

    private void header(int kind, long value) {
        long at = out.room(HEADER_BYTES_MAX);
        Memory.putByte(at, kind);
        int digits = Decimal.write(at + 1, value);
        Memory.putShort(at + 1 + digits, CRLF);
        out.advance(digits + 3L);
    }

    private void crlf() {
        Memory.putShort(out.room(2), CRLF);
        out.advance(2);
    }
}
