package dev.millrace.sim;

import dev.millrace.queue.backlog.ChunkDisk;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Files of chunks in memory: they lose what was not forced when the power is cut, page by page;
 * they run full; their writes, reads and syncs fail when told to.
 */
final class SimChunkDisk implements ChunkDisk {
    private static final int PAGE_BYTES = 4096;

    private static final class Content {
        private byte[] cache = {};
        private byte[] medium = {};
    }

    private final TreeMap<String, Content> files = new TreeMap<>();
    private long capacityBytes = Long.MAX_VALUE;
    private int writesBeforeFailure = Integer.MAX_VALUE;
    private int readsBeforeFailure = Integer.MAX_VALUE;
    private boolean forceFails;
    private int reads;

    @Override
    public void write(String file, long position, ByteBuffer bytes) throws IOException {
        if (usedBytes() + bytes.remaining() > capacityBytes) {
            throw new IOException("no space left on device");
        }
        if (writesBeforeFailure-- <= 0) {
            bytes.limit(bytes.position() + bytes.remaining() / 2);
            put(file, position, bytes);
            throw new IOException("input/output error");
        }
        put(file, position, bytes);
    }

    private void put(String file, long position, ByteBuffer bytes) {
        Content content = files.computeIfAbsent(file, name -> new Content());
        int end = Math.toIntExact(position + bytes.remaining());
        if (end > content.cache.length) {
            content.cache = Arrays.copyOf(content.cache, end);
        }
        bytes.get(content.cache, (int) position, bytes.remaining());
    }

    @Override
    public void read(String file, long position, ByteBuffer bytes) throws IOException {
        Content content = files.get(file);
        if (content == null) {
            throw new FileNotFoundException(file);
        }
        if (readsBeforeFailure-- <= 0) {
            throw new IOException("input/output error");
        }
        if (position + bytes.remaining() > content.cache.length) {
            throw new EOFException(file);
        }
        bytes.put(content.cache, (int) position, bytes.remaining());
        reads++;
    }

    /** How many reads succeeded. */
    int reads() {
        return reads;
    }

    @Override
    public void force(String file) throws IOException {
        if (forceFails) {
            throw new IOException("input/output error");
        }
        Content content = files.get(file);
        if (content != null) {
            content.medium = content.cache.clone();
        }
    }

    @Override
    public void delete(String file) {
        files.remove(file);
    }

    @Override
    public List<String> list() {
        return List.copyOf(files.keySet());
    }

    // ---- What happens to it

    private long usedBytes() {
        return files.values().stream().mapToLong(content -> content.cache.length).sum();
    }

    /** No more fits than is there, and so much. */
    void fillUpTo(long moreBytes) {
        capacityBytes = usedBytes() + moreBytes;
    }

    /** So many more writes succeed; then they are cut short and fail. */
    void failWritesAfter(int count) {
        writesBeforeFailure = count;
    }

    /** So many more reads succeed. */
    void failReadsAfter(int count) {
        readsBeforeFailure = count;
    }

    void failForces() {
        forceFails = true;
    }

    /** It does what it is asked to again. */
    void heal() {
        capacityBytes = Long.MAX_VALUE;
        writesBeforeFailure = Integer.MAX_VALUE;
        readsBeforeFailure = Integer.MAX_VALUE;
        forceFails = false;
    }

    /** Of what was not forced each page is there or not, by chance. */
    void powerCut(RandomGenerator random) {
        for (Content content : files.values()) {
            byte[] left = Arrays.copyOf(content.medium, content.cache.length);
            for (int at = 0; at < left.length; at += PAGE_BYTES) {
                if (random.nextBoolean()) {
                    int length = Math.min(PAGE_BYTES, left.length - at);
                    System.arraycopy(content.cache, at, left, at, length);
                }
            }
            content.cache = left;
            content.medium = left.clone();
        }
    }
}
