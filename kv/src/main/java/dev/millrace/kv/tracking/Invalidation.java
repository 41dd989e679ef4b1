package dev.millrace.kv.tracking;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;

/** Invalidations as they stand on the wire: a head, and which keys they are about. */
final class Invalidation {
    /** For who speaks RESP3. */
    private static final byte[] PUSH = ascii(">2\r\n$10\r\ninvalidate\r\n");

    /** For who speaks RESP2 and listens to channels in another client's place. */
    private static final byte[] MESSAGE =
            ascii("*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n");

    private static final byte[] NULL_BULK = ascii("$-1\r\n");
    private static final byte[] NULL = ascii("_\r\n");

    private Invalidation() {}

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] push(byte[] keys) {
        return joined(PUSH, keys);
    }

    static byte[] message(byte[] keys) {
        return joined(MESSAGE, keys);
    }

    private static byte[] joined(byte[] head, byte[] keys) {
        byte[] whole = new byte[head.length + keys.length];
        System.arraycopy(head, 0, whole, 0, head.length);
        System.arraycopy(keys, 0, whole, head.length, keys.length);
        return whole;
    }

    /** All keys there are, for who speaks this protocol. */
    static byte[] everything(int protocol) {
        return protocol > 2 ? NULL : NULL_BULK;
    }

    /** These keys. */
    static byte[] keys(Collection<byte[]> keys) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ascii("*" + keys.size() + "\r\n"));
        for (byte[] key : keys) {
            out.writeBytes(ascii("$" + key.length + "\r\n"));
            out.writeBytes(key);
            out.writeBytes(ascii("\r\n"));
        }
        return out.toByteArray();
    }

    /** That the client which was to be told is gone. */
    static byte[] broken(long redirection) {
        return ascii(">2\r\n$21\r\ntracking-redir-broken\r\n:" + redirection + "\r\n");
    }
}
