package dev.millrace.kv.replication;

/**
 * The last bytes of the stream, in a ring: who was away for a moment goes on from there. Offsets
 * count the stream's bytes from its beginning.
 */
final class Backlog {
    private final byte[] ring;
    private long first;
    private long end;

    /** An empty one that begins at an offset. */
    Backlog(int bytes, long offset) {
        ring = new byte[bytes];
        first = offset;
        end = offset;
    }

    int capacity() {
        return ring.length;
    }

    /** The offset of the oldest byte that it has. */
    long first() {
        return first;
    }

    /** The offset behind the newest. */
    long end() {
        return end;
    }

    void add(byte[] bytes) {
        int from = Math.max(0, bytes.length - ring.length);
        long at = end + from;
        int place = (int) (at % ring.length);
        int upToWrap = Math.min(bytes.length - from, ring.length - place);
        System.arraycopy(bytes, from, ring, place, upToWrap);
        System.arraycopy(bytes, from + upToWrap, ring, 0, bytes.length - from - upToWrap);
        end += bytes.length;
        first = Math.max(first, end - ring.length);
    }

    /** True if it has all from this offset on. */
    boolean has(long offset) {
        return offset >= first && offset <= end;
    }

    /** All from this offset on, which it has. */
    byte[] from(long offset) {
        byte[] bytes = new byte[(int) (end - offset)];
        int place = (int) (offset % ring.length);
        int upToWrap = Math.min(bytes.length, ring.length - place);
        System.arraycopy(ring, place, bytes, 0, upToWrap);
        System.arraycopy(ring, 0, bytes, upToWrap, bytes.length - upToWrap);
        return bytes;
    }

    /** The same bytes in a ring of another size, as far as they fit. */
    Backlog resized(int bytes) {
        long kept = Math.min(end - first, bytes);
        Backlog other = new Backlog(bytes, end - kept);
        other.add(from(end - kept));
        return other;
    }
}
