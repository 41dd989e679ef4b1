package dev.millrace.kv.pubsub;

import java.nio.charset.StandardCharsets;

/** Messages as they stand on the wire: arrays of bulk strings in RESP2, pushes in RESP3. */
final class Encoding {
    private static final byte[] CRLF = {'\r', '\n'};

    private Encoding() {}

    /** In RESP2; the strings are ready-made. */
    static byte[] array(byte[]... strings) {
        byte[] head = ascii("*" + strings.length + "\r\n");
        int bytes = head.length;
        for (byte[] string : strings) {
            bytes += 1 + digits(string.length) + 2 + string.length + 2;
        }
        byte[] message = new byte[bytes];
        int at = put(message, 0, head);
        for (byte[] string : strings) {
            at = put(message, at, ascii("$" + string.length + "\r\n"));
            at = put(message, at, string);
            at = put(message, at, CRLF);
        }
        return message;
    }

    /** The same message in RESP3, where only its first byte is another. */
    static byte[] asPush(byte[] array) {
        byte[] push = array.clone();
        push[0] = '>';
        return push;
    }

    private static int put(byte[] message, int at, byte[] part) {
        System.arraycopy(part, 0, message, at, part.length);
        return at + part.length;
    }

    private static int digits(int value) {
        int digits = 1;
        for (int rest = value / 10; rest > 0; rest /= 10) {
            digits++;
        }
        return digits;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
