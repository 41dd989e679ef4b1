package dev.millrace.registry.check.probe;

import io.netty.buffer.ByteBuf;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The last bytes of what somebody says; what went before them is forgotten, but counted. */
final class Tail {
    private static final int FIRST_BYTES = 256;

    private final int bytesMax;
    private byte[] ring = new byte[0];
    private long written;

    Tail(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Takes all that is readable. */
    void add(ByteBuf more) {
        int bytes = more.readableBytes();
        int kept = Math.min(bytes, bytesMax);
        more.skipBytes(bytes - kept);
        written += bytes - kept;
        grow(kept);
        while (kept > 0) {
            int at = (int) (written % ring.length);
            int piece = Math.min(kept, ring.length - at);
            more.readBytes(ring, at, piece);
            written += piece;
            kept -= piece;
        }
    }

    /** How many bytes were said. */
    long bytes() {
        return written;
    }

    /** The ring only grows while nothing was overwritten, so every byte keeps its place. */
    private void grow(int more) {
        long wanted = Math.min(bytesMax, written + more);
        if (wanted > ring.length) {
            long size = Math.max(Math.max(wanted, ring.length * 2L), FIRST_BYTES);
            ring = Arrays.copyOf(ring, (int) Math.min(bytesMax, size));
        }
    }

    /** What is left, as UTF-8. */
    String text() {
        if (written <= ring.length) {
            return new String(ring, 0, (int) written, StandardCharsets.UTF_8);
        }
        int start = (int) (written % ring.length);
        byte[] straight = new byte[ring.length];
        System.arraycopy(ring, start, straight, 0, ring.length - start);
        System.arraycopy(ring, 0, straight, ring.length - start, start);
        return new String(straight, StandardCharsets.UTF_8);
    }
}
