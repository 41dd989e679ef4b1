package dev.millrace.kernel.journal;

import dev.millrace.kernel.memory.Memory;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/**
 * A disk in memory that does what disks do to those who trust them: it forgets what was not synced,
 * page by page; it runs full; its syncs and writes fail when told to.
 */
public final class FakeDisk implements Disk {
    private static final int PAGE_BYTES = 4096;

    private final TreeMap<String, Content> files = new TreeMap<>();
    private String bootId = "boot-0";
    private int boots;
    private long capacityBytes = Long.MAX_VALUE;
    private boolean forceFails;
    private int writesBeforeFailure = Integer.MAX_VALUE;
    private int forces;
    private int deletesBeforeFailure = Integer.MAX_VALUE;

    /** Where the files' bytes are while the process runs. */
    public interface Room {
        /** So many zeros. */
        MemorySegment allocate(long bytes);
    }

    private final Room room;

    public FakeDisk() {
        this(bytes -> Arena.ofAuto().allocate(Math.max(bytes, 8), 8).asSlice(0, bytes));
    }

    /** In other memory, as one that does not let anybody read behind a file's end. */
    public FakeDisk(Room room) {
        this.room = room;
    }

    /** A file: what the page cache has, and what the medium has. */
    private final class Content {
        private MemorySegment cache;
        private byte[] medium;

        /** What a failed sync has marked clean though it is not written; empty if none failed. */
        private byte[] dropped = new byte[0];

        Content(long bytes) {
            cache = room.allocate(bytes);
            medium = new byte[(int) bytes];
        }

        void force() {
            medium = Arrays.copyOf(medium, (int) cache.byteSize());
            force(0, medium.length);
        }

        /** Whole pages, and no others. */
        void force(long from, long to) {
            int start = (int) (from / PAGE_BYTES * PAGE_BYTES);
            int end =
                    (int) Math.min((to + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES, medium.length);
            if (dropped.length > 0) {
                forceChanged(start, end);
            } else {
                MemorySegment.copy(cache, ValueLayout.JAVA_BYTE, start, medium, start, end - start);
            }
        }

        /** Leaves the medium as it is where a page has not changed since it counts as written. */
        private void forceChanged(int start, int end) {
            byte[] now = cache.toArray(ValueLayout.JAVA_BYTE);
            for (int at = start; at < end; at += PAGE_BYTES) {
                int next = Math.min(at + PAGE_BYTES, end);
                boolean clean =
                        next <= dropped.length && Arrays.equals(now, at, next, dropped, at, next);
                if (!clean) {
                    System.arraycopy(now, at, medium, at, next - at);
                }
            }
        }

        void drop() {
            dropped = cache.toArray(ValueLayout.JAVA_BYTE);
        }

        void resize(long bytes) {
            byte[] old = cache.toArray(ValueLayout.JAVA_BYTE);
            replace(Arrays.copyOf(old, (int) bytes));
        }

        void replace(byte[] bytes) {
            cache = room.allocate(bytes.length);
            MemorySegment.copy(bytes, 0, cache, ValueLayout.JAVA_BYTE, 0, bytes.length);
        }
    }

    // ---- What happens to it

    /** The process is gone, the machine is not: nothing is lost. */
    public void processKilled() {
        deletesBeforeFailure = Integer.MAX_VALUE;
        forceFails = false;
        writesBeforeFailure = Integer.MAX_VALUE;
    }

    /** The power is gone: of what was not synced each page is there or not, by chance. */
    public void powerCut(Random random) {
        processKilled();
        boots++;
        bootId = "boot-" + boots;
        for (Content content : files.values()) {
            byte[] cache = content.cache.toArray(ValueLayout.JAVA_BYTE);
            byte[] left = Arrays.copyOf(content.medium, cache.length);
            for (int at = 0; at < cache.length; at += PAGE_BYTES) {
                if (random.nextBoolean()) {
                    System.arraycopy(cache, at, left, at, Math.min(PAGE_BYTES, cache.length - at));
                }
            }
            content.replace(left);
            content.medium = left.clone();
            content.dropped = new byte[0];
        }
    }

    /** No more than this fits, from now on. */
    public void capacity(long bytes) {
        capacityBytes = bytes;
    }

    /** So many more files can be deleted; the next cannot. */
    public void failDeletesAfter(int count) {
        deletesBeforeFailure = count;
    }

    /** Syncs fail from now on, and what they should have kept counts as written ever after. */
    public void failForces() {
        forceFails = true;
    }

    /** So many more writes succeed; the next is cut short and fails. */
    public void failWritesAfter(int count) {
        writesBeforeFailure = count;
    }

    /** How often something was synced. */
    public int forces() {
        return forces;
    }

    public byte[] content(String name) {
        return content(name, true).cache.toArray(ValueLayout.JAVA_BYTE);
    }

    /** Changes a byte behind everybody's back, on the medium and in the cache. */
    public void flip(String name, int offset) {
        Content content = content(name, true);
        byte[] bytes = content.cache.toArray(ValueLayout.JAVA_BYTE);
        bytes[offset] ^= 0x40;
        content.replace(bytes);
        content.medium = bytes.clone();
    }

    /** Replaces a file as a whole. */
    public void put(String name, byte[] bytes) {
        Content content = new Content(bytes.length);
        content.replace(bytes);
        content.medium = bytes.clone();
        files.put(name, content);
    }

    public long usedBytes() {
        return files.values().stream().mapToLong(file -> file.cache.byteSize()).sum();
    }

    private Content content(String name, boolean wanted) {
        Content content = files.get(name);
        if (content == null && wanted) {
            throw new IllegalArgumentException(name + " (there are: " + files.keySet() + ")");
        }
        return content == null ? new Content(0) : content;
    }

    // ---- Disk

    @Override
    public List<String> list() {
        return List.copyOf(files.keySet());
    }

    @Override
    public File create(String name, long bytes, ByteBuffer front) throws IOException {
        if (usedBytes() + bytes > capacityBytes) {
            throw new DiskFullException(name + ": no room for " + bytes + " bytes");
        }
        if (files.containsKey(name)) {
            throw new IOException(name + " exists");
        }
        Content content = new Content(bytes);
        MemorySegment start = MemorySegment.ofBuffer(front);
        content.cache.asSlice(0, start.byteSize()).copyFrom(start);
        content.force();
        files.put(name, content);
        return new OpenFile(content);
    }

    @Override
    public File open(String name) throws IOException {
        if (!files.containsKey(name)) {
            throw new IOException(name + " does not exist");
        }
        return new OpenFile(content(name, true));
    }

    @Override
    public File read(String name) throws IOException {
        return open(name);
    }

    @Override
    public Output write(String name) {
        Content content = new Content(0);
        files.put(name, content);
        return new OpenOutput(content);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Content content = files.remove(from);
        if (content == null) {
            throw new IOException(from + " does not exist");
        }
        files.put(to, content);
    }

    @Override
    public void delete(String name) throws IOException {
        if (deletesBeforeFailure-- <= 0) {
            throw new IOException("Input/output error");
        }
        if (files.remove(name) == null) {
            throw new IOException(name + " does not exist");
        }
    }

    @Override
    public long freeBytes() {
        return capacityBytes - usedBytes();
    }

    @Override
    public String bootId() {
        return bootId;
    }

    @Override
    public String toString() {
        return "fake-disk";
    }

    private void failOrCount(Content content) throws IOException {
        forces++;
        if (forceFails) {
            content.drop();
            throw new IOException("Input/output error");
        }
    }

    private final class OpenFile implements File {
        private final Content content;
        private boolean closed;

        OpenFile(Content content) {
            this.content = content;
        }

        @Override
        public long bytes() {
            return content.cache.byteSize();
        }

        @Override
        public MemorySegment map() throws IOException {
            if (closed) {
                throw new IOException("closed");
            }
            return content.cache;
        }

        @Override
        public void force(long from, long to) throws IOException {
            failOrCount(content);
            content.force(from, to);
        }

        @Override
        public void rewrite(long bytes) {
            content.dropped = new byte[0];
        }

        @Override
        public void truncate(long bytes) {
            content.resize(bytes);
            content.force();
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private final class OpenOutput implements Output {
        private final Content content;

        OpenOutput(Content content) {
            this.content = content;
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            int count = bytes.remaining();
            boolean fails = writesBeforeFailure-- <= 0;
            boolean full = usedBytes() + count > capacityBytes;
            int written = fails || full ? count / 2 : count;
            long end = content.cache.byteSize();
            content.resize(end + written);
            byte[] piece = new byte[written];
            bytes.get(piece);
            Memory.copy(piece, 0, content.cache.address() + end, written);
            if (full) {
                throw new DiskFullException("no room");
            }
            if (fails) {
                throw new IOException("Input/output error");
            }
        }

        @Override
        public void force() throws IOException {
            failOrCount(content);
            content.force();
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
