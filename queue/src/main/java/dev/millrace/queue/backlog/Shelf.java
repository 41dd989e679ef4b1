package dev.millrace.queue.backlog;

import dev.millrace.kernel.memory.Memory;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.zip.CRC32C;

/**
 * Which chunks are in memory and which in files.
 *
 * <p>While there is memory nothing is written. Beyond {@code budget} the newest sealed chunks go to
 * their files, for the oldest are consumed first; what consumers come to is loaded ahead of them.
 * Reading and writing happen on threads of their own, without the lock; all else under the store's.
 */
public final class Shelf {
    static final String SUFFIX = ".chunks";

    private static final int MAGIC = 0x4b4e4843; // "CHNK"

    /** Publishers are held back when chunks that should be in files take so many budgets. */
    private static final int CONGESTED = 4;

    /** Told on any thread, with the lock held. */
    public interface Listener {
        /** A chunk that was asked for is there. */
        void loaded(Backlog backlog);

        /** A file cannot be read, or is not what was written. */
        void broken(IOException failure);

        /** A file cannot be written; it is tried again. */
        void unwritable(IOException failure);
    }

    private record Garbage(String file, long position) {}

    private final ReentrantLock lock;
    private final ChunkDisk disk;
    private final long budgetBytes;
    private final ChunkMemory memory = new ChunkMemory();

    /** Sealed, in memory only. */
    private final ArrayDeque<Chunk> unwritten = new ArrayDeque<>();

    /** In a file and in memory. */
    private final ArrayDeque<Chunk> written = new ArrayDeque<>();

    /** What the open record appended to. */
    private final List<Chunk> touched = new ArrayList<>();

    private final List<Garbage> garbage = new ArrayList<>();

    /** Files with bytes that may not be on the medium. */
    private Set<String> unforced = new HashSet<>();

    private LongSupplier journalEnd = () -> 0;
    private Executor writer = Runnable::run;
    private Executor reader = Runnable::run;
    private @Nullable Listener listener;
    private boolean unwritable;

    /**
     * @param lock the store's
     * @param budgetBytes of memory for chunks
     */
    public Shelf(ReentrantLock lock, ChunkDisk disk, long budgetBytes) {
        this.lock = lock;
        this.disk = disk;
        this.budgetBytes = budgetBytes;
    }

    /** From here on files are used on these threads; until then where they are needed. */
    public void serve(
            Executor writer, Executor reader, LongSupplier journalEnd, Listener listener) {
        this.writer = writer;
        this.reader = reader;
        this.journalEnd = journalEnd;
        this.listener = listener;
    }

    ChunkMemory memory() {
        return memory;
    }

    /** Bytes of memory that chunks take. */
    public long memoryBytes() {
        return memory.bytes();
    }

    /** True while chunks that should be in files fill the memory: publishers are to wait. */
    public boolean isCongested() {
        return memory.bytes() > CONGESTED * budgetBytes;
    }

    // ---- What backlogs tell

    void touched(Chunk chunk) {
        if (touched.isEmpty() || touched.getLast() != chunk) {
            touched.add(chunk);
        }
    }

    /** What was appended since the last call came with this record. */
    public void committed(long position) {
        for (int i = 0; i < touched.size(); i++) {
            touched.get(i).position(position);
        }
        touched.clear();
    }

    void sealed(Chunk chunk) {
        unwritten.add(chunk);
        makeRoom();
    }

    void dropped(Chunk chunk) {
        // Mostly it is the first in one of them.
        if (!unwritten.remove(chunk)) {
            written.remove(chunk);
        }
    }

    void unneeded(String file) {
        garbage.add(new Garbage(file, journalEnd.getAsLong() + 1));
    }

    // ---- Memory to files

    private boolean isOverBudget() {
        return memory.bytes() > budgetBytes;
    }

    private void makeRoom() {
        if (isOverBudget()) {
            // Who waits for a chunk gets it, or two readers could take each other's for ever.
            written.removeIf(this::letGoIfOverBudget);
        }
        if (isOverBudget() && !unwritable && !unwritten.isEmpty()) {
            write(unwritten.removeLast());
        }
    }

    private boolean letGoIfOverBudget(Chunk chunk) {
        boolean goes = isOverBudget() && !chunk.isAwaited();
        if (goes) {
            chunk.letGo();
        }
        return goes;
    }

    private void write(Chunk chunk) {
        Extent extent = chunk.resident();
        extent.pin();
        chunk.busy(true);
        String file = chunk.backlog.fileName(chunk.file);
        takeUp(file);
        long position = chunk.filePosition;
        int bytes = chunk.bytes();
        ByteBuffer header = header(chunk, extent.address());
        writer.execute(
                () -> {
                    @Nullable IOException failure = null;
                    try {
                        disk.write(file, position, header);
                        disk.write(
                                file,
                                position + Chunk.FILE_HEADER_BYTES,
                                Memory.buffer(extent.address(), bytes));
                    } catch (IOException e) {
                        failure = e;
                    }
                    wrote(chunk, extent, failure);
                });
    }

    /**
     * A file is written that may have been there at the start, and belonged to nobody: a power cut
     * took the journal's end, which knew of it. Numbers and names come again.
     */
    private void takeUp(String file) {
        garbage.removeIf(dead -> dead.file.equals(file));
    }

    private void wrote(Chunk chunk, Extent extent, @Nullable IOException failure) {
        lock.lock();
        try {
            chunk.busy(false);
            extent.unpin();
            if (failure != null) {
                cannotWrite(chunk, failure);
                return;
            }
            chunk.written();
            unforced.add(chunk.backlog.fileName(chunk.file));
            if (chunk.isDead()) {
                return;
            }
            if (isOverBudget()) {
                chunk.letGo();
            } else {
                written.addLast(chunk);
            }
            makeRoom();
        } finally {
            lock.unlock();
        }
    }

    private void cannotWrite(Chunk chunk, IOException failure) {
        unwritable = true;
        if (!chunk.isDead()) {
            unwritten.addLast(chunk);
        }
        Listener told = listener;
        if (told != null) {
            told.unwritable(failure);
        }
    }

    /** Tries again what failed; to be called now and then. */
    public void retry() {
        if (unwritable) {
            unwritable = false;
            makeRoom();
        }
    }

    private static ByteBuffer header(Chunk chunk, long address) {
        return ByteBuffer.allocate(Chunk.FILE_HEADER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(MAGIC)
                .putInt(chunk.bytes())
                .putInt(crc(address, chunk.bytes()))
                .putInt(0)
                .putLong(chunk.firstOffset)
                .flip();
    }

    private static int crc(long address, int bytes) {
        CRC32C crc = new CRC32C();
        crc.update(Memory.buffer(address, bytes));
        return (int) crc.getValue();
    }

    // ---- Files to memory

    /** Brings a chunk into memory; the listener is told. */
    void load(Chunk chunk) {
        if (chunk.isBusy() || chunk.isResident()) {
            return;
        }
        chunk.busy(true);
        Extent extent = new Extent(memory, chunk.bytes());
        String file = chunk.backlog.fileName(chunk.file);
        reader.execute(
                () -> {
                    @Nullable IOException failure = null;
                    try {
                        read(chunk, file, extent.address());
                    } catch (IOException e) {
                        failure = e;
                    }
                    loaded(chunk, extent, failure);
                });
    }

    private void read(Chunk chunk, String file, long address) throws IOException {
        ByteBuffer header =
                ByteBuffer.allocate(Chunk.FILE_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        disk.read(file, chunk.filePosition, header);
        disk.read(
                file,
                chunk.filePosition + Chunk.FILE_HEADER_BYTES,
                Memory.buffer(address, chunk.bytes()));
        header.flip();
        boolean sound =
                header.getInt(0) == MAGIC
                        && header.getInt(4) == chunk.bytes()
                        && header.getInt(8) == crc(address, chunk.bytes())
                        && header.getLong(16) == chunk.firstOffset;
        if (!sound) {
            throw new IOException(
                    file + ": damaged at " + chunk.filePosition + ", restore a backup");
        }
    }

    private void loaded(Chunk chunk, Extent extent, @Nullable IOException failure) {
        lock.lock();
        try {
            chunk.busy(false);
            Listener told = listener;
            if (failure != null || chunk.isDead()) {
                extent.unpin();
                if (failure != null && !chunk.isDead() && told != null) {
                    told.broken(failure);
                }
                return;
            }
            makeRoom();
            chunk.load(extent);
            written.addLast(chunk);
            if (told != null) {
                told.loaded(chunk.backlog);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes up a chunk that a checkpoint had in memory. */
    void restored(Chunk chunk) {
        if (chunk.isSealed() && !chunk.isInFile()) {
            unwritten.addLast(chunk);
            makeRoom();
        }
    }

    // ---- Files that nobody needs

    /** The state before this position will not be asked for again. */
    public void forget(long position) {
        List<String> files = new ArrayList<>();
        garbage.removeIf(
                dead -> {
                    boolean gone = dead.position <= position;
                    if (gone) {
                        files.add(dead.file);
                    }
                    return gone;
                });
        if (!files.isEmpty()) {
            writer.execute(() -> files.forEach(this::delete));
        }
    }

    private void delete(String file) {
        try {
            disk.delete(file);
        } catch (IOException e) {
            // It is in nobody's way; the next start finds it unneeded again.
            return;
        }
    }

    /**
     * After a start: whatever is there and belongs to none of these goes in its time, unless it is
     * written again before.
     */
    public void keepOnly(List<String> files) throws IOException {
        for (String name : disk.list()) {
            if (name.endsWith(SUFFIX) && !files.contains(name)) {
                unneeded(name);
            }
        }
    }

    // ---- Checkpoints

    /** The files that a checkpoint which is cut now has to force. */
    public List<String> unforced() {
        List<String> files = List.copyOf(unforced);
        unforced = new HashSet<>();
        return files;
    }

    /** A file could not be forced: the next checkpoint has to. */
    public void unforced(String file) {
        unforced.add(file);
    }

    /** Without the lock; a file that nobody needs any more may be gone. */
    public void force(String file) throws IOException {
        disk.force(file);
    }
}
