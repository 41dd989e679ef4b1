package dev.millrace.queue.backlog;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.queue.ledger.Ledger;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An append-only sequence of messages, numbered from 0. What every one of its ledgers has done with
 * goes from the front; without a ledger all is kept, for the first that comes.
 *
 * <p>Where a sealed chunk belongs in the files follows from what was appended alone, so that a
 * replay comes to the same. Under the store's lock.
 */
public final class Backlog {
    /** A file takes no further chunk when it has so much. */
    static final long FILE_BYTES = 16L << 20;

    /** A tail that is longer is let go when all in it was consumed. */
    private static final int TAIL_BYTES = 32 * 1024;

    private final long id;
    private final Shelf shelf;
    private final List<Ledger> ledgers = new ArrayList<>();

    /** Live ones, in order; those before {@code head} are gone. */
    private final ArrayList<Chunk> chunks = new ArrayList<>();

    private int head;
    private long end;
    private int file;
    private long filePosition;

    /** By file, how many chunks of it are needed. */
    private final Map<Integer, Integer> needed = new HashMap<>();

    private boolean dropped;

    public Backlog(long id, Shelf shelf) {
        this.id = id;
        this.shelf = shelf;
    }

    public long id() {
        return id;
    }

    /** The offset of the next message. */
    public long end() {
        return end;
    }

    /** The offset of the first message that is kept. */
    public long first() {
        return head < chunks.size() ? chunks.get(head).firstOffset : end;
    }

    /** The ledgers on it. */
    public List<Ledger> ledgers() {
        return List.copyOf(ledgers);
    }

    // ---- Effects

    /**
     * Appends a message.
     *
     * @return its offset
     */
    public long append(Envelope envelope, long meta, int metaBytes, long body, int bodyBytes) {
        int bytes = Math.toIntExact(Message.bytes(metaBytes, bodyBytes));
        Chunk tail = tail(bytes);
        long at = tail.room(shelf.memory(), bytes);
        Message.putHeader(at, envelope, metaBytes, bodyBytes);
        Memory.copy(meta, at + Message.HEADER_BYTES, metaBytes);
        Memory.copy(body, at + Message.HEADER_BYTES + metaBytes, bodyBytes);
        tail.added(bytes, 1);
        shelf.touched(tail);
        return end++;
    }

    private Chunk tail(int bytes) {
        Chunk last = chunks.size() > head ? chunks.getLast() : null;
        if (last != null && !last.isSealed()) {
            if (last.takes(bytes)) {
                return last;
            }
            seal(last);
        }
        Chunk fresh = new Chunk(this, end);
        chunks.add(fresh);
        return fresh;
    }

    private void seal(Chunk chunk) {
        place(chunk, file, filePosition);
        filePosition += Chunk.FILE_HEADER_BYTES + chunk.bytes();
        if (filePosition >= FILE_BYTES) {
            file++;
            filePosition = 0;
        }
        chunk.seal();
        shelf.sealed(chunk);
    }

    private boolean isNeeded(int number) {
        return number == file && !dropped || needed.containsKey(number);
    }

    private void place(Chunk chunk, int number, long position) {
        chunk.file = number;
        chunk.filePosition = position;
        needed.merge(number, 1, Integer::sum);
    }

    /** One more that reads it. */
    public void add(Ledger ledger) {
        ledgers.add(ledger);
    }

    public void remove(Ledger ledger) {
        ledgers.remove(ledger);
        release();
    }

    /** Lets go of what no ledger needs. */
    public void release() {
        if (ledgers.isEmpty()) {
            return;
        }
        long floor = Long.MAX_VALUE;
        for (int i = 0; i < ledgers.size(); i++) {
            floor = Math.min(floor, ledgers.get(i).floor());
        }
        releaseBefore(floor);
    }

    /** Lets go of messages before an offset, as far as whole chunks allow. */
    private void releaseBefore(long floor) {
        while (head < chunks.size() && mayGo(chunks.get(head), floor)) {
            drop(chunks.get(head++));
        }
        if (head > chunks.size() / 2) {
            chunks.subList(0, head).clear();
            head = 0;
        }
    }

    /** A short tail is kept to be filled on, though all in it was consumed. */
    private boolean mayGo(Chunk chunk, long floor) {
        boolean worthwhile = chunk.isSealed() || chunk.bytes() >= TAIL_BYTES || dropped;
        return worthwhile && chunk.endOffset() <= floor;
    }

    private void drop(Chunk chunk) {
        chunk.die();
        shelf.dropped(chunk);
        if (!chunk.isSealed()) {
            return;
        }
        needed.computeIfPresent(chunk.file, (number, count) -> count == 1 ? null : count - 1);
        if (!isNeeded(chunk.file)) {
            shelf.unneeded(fileName(chunk.file));
        }
    }

    /** All of it goes. */
    public void drop() {
        dropped = true;
        releaseBefore(Long.MAX_VALUE);
        shelf.unneeded(fileName(file));
    }

    /** True when it is no more. */
    public boolean isDropped() {
        return dropped;
    }

    // ---- Reading

    /** The chunk that holds an offset, null if there is none: it is gone, or not yet there. */
    @Nullable Chunk chunkOf(long offset) {
        if (offset < first() || offset >= end) {
            return null;
        }
        int low = head;
        int high = chunks.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (chunks.get(middle).firstOffset <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return chunks.get(low);
    }

    /** The one that follows, null if there is none. */
    @Nullable Chunk next(Chunk chunk) {
        return chunkOf(chunk.endOffset());
    }

    // ---- Checkpoints

    String fileName(int number) {
        return Long.toHexString(id) + "-" + number + Shelf.SUFFIX;
    }

    List<Chunk> live() {
        return List.copyOf(chunks.subList(head, chunks.size()));
    }

    int file() {
        return file;
    }

    long filePosition() {
        return filePosition;
    }

    /** Takes up where a checkpoint was made; {@link #restore(Chunk)} follows. */
    void restore(long restoredEnd, int restoredFile, long position) {
        end = restoredEnd;
        file = restoredFile;
        filePosition = position;
    }

    void restore(Chunk chunk) {
        chunks.add(chunk);
        if (chunk.isSealed()) {
            place(chunk, chunk.file, chunk.filePosition);
        }
    }

    /** The files it needs, and the one that it goes on with. */
    public List<String> files() {
        List<String> names = new ArrayList<>();
        names.add(fileName(file));
        needed.keySet().forEach(number -> names.add(fileName(number)));
        return names;
    }
}
