package dev.millrace.queue;

import dev.millrace.queue.backlog.ChunkDisk;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Files of chunks in memory, that lose what was not forced when the power is cut. */
final class FakeChunkDisk implements ChunkDisk {
    private static final class Content {
        private byte[] cache = {};
        private byte[] medium = {};
    }

    private final Map<String, Content> files = new HashMap<>();
    private boolean full;
    private int writes;

    @Override
    public void write(String file, long position, ByteBuffer bytes) throws IOException {
        if (full) {
            throw new IOException("no space left on device");
        }
        writes++;
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
        if (position + bytes.remaining() > content.cache.length) {
            throw new EOFException(file);
        }
        bytes.put(content.cache, (int) position, bytes.remaining());
    }

    @Override
    public void force(String file) {
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

    /** No write succeeds any more, or they do again. */
    void full(boolean now) {
        full = now;
    }

    /** How many writes succeeded. */
    int writes() {
        return writes;
    }

    /** Of what was not forced some bytes are not what they were. */
    void powerCut(RandomGenerator random) {
        for (Content content : files.values()) {
            byte[] kept = Arrays.copyOf(content.medium, content.cache.length);
            for (int i = content.medium.length; i < kept.length; i++) {
                kept[i] = random.nextBoolean() ? content.cache[i] : 0;
            }
            content.cache = kept;
        }
    }
}
