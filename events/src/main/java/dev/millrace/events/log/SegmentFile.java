package dev.millrace.events.log;

import dev.millrace.events.stream.StreamTable;
import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.journal.Disk;
import dev.millrace.kernel.journal.NewerFormatException;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;

/**
 * Events of some consecutive positions as a file, immutable; some of them may be missing, for a
 * scavenge took them (the form: docs/decisions/event-files.md). In memory there are the numbers of
 * its streams only, and where its pieces begin; everything else is read by those who may wait for
 * the disk.
 *
 * <p>Who reads it holds it ({@link #hold}, {@link #letGo}, under the lock of the log): a file that
 * another has taken the place of is closed when nobody does.
 */
final class SegmentFile {
    static final String UNFINISHED = ".unfinished";
    static final long MAGIC = 0x53544E_4556454D52L; // "RMEVENTS"
    static final int VERSION = 2;
    static final int RUN_BYTES = 32;
    static final int PIECE_BYTES = 16;
    static final int ENTRY_BYTES = 8;
    private static final String SUFFIX = ".events";
    private static final int TRAILER_BYTES = 72;
    private static final int CHECKED_BYTES = 52;

    /** So many names are looked up while the lock is held. */
    static final int NAMES_AT_ONCE = 1_024;

    /**
     * A stream's events in the file. Of an ordinary stream they are the events {@code first} and so
     * on; of a derived one, entries that lead to events.
     *
     * @param lastRevision of a derived stream: the last that it ever had here
     */
    record Run(boolean derived, int first, int count, long firstRevision, long lastRevision) {
        boolean isDense() {
            return lastRevision - firstRevision == count - 1;
        }
    }

    private final Disk.File file;
    private final String name;
    private final long address;
    private final long first;
    private final long last;
    private final int count;
    private final long eventBytes;
    private final boolean projected;
    private final int[] streams;
    private final long[] pieces;
    private final long order;
    private final long runs;
    private final long pieceTable;
    private final long derivedRuns;
    private final int derivedCount;
    private final long entries;
    private final long names;
    private int[] derivedStreams = {};
    private int[] derivedPlaces = {};
    private int holds;
    private boolean retired;

    private SegmentFile(Disk.File file, String name, MemorySegment map) {
        this.file = file;
        this.name = name;
        this.address = map.address();
        long trailer = address + map.byteSize() - TRAILER_BYTES;
        this.first = Memory.getLong(trailer);
        this.last = Memory.getLong(trailer + 8);
        this.eventBytes = Memory.getLong(trailer + 16);
        this.count = Memory.getInt(trailer + 24);
        this.streams = new int[Memory.getInt(trailer + 28)];
        this.pieces = new long[Memory.getInt(trailer + 32)];
        this.derivedCount = Memory.getInt(trailer + 36);
        this.projected = Memory.getInt(trailer + 48) != 0;
        this.order = address + eventBytes + 4L * count;
        this.runs = order + 4L * count;
        this.pieceTable = runs + (long) RUN_BYTES * streams.length;
        this.derivedRuns = pieceTable + (long) PIECE_BYTES * pieces.length;
        this.entries = derivedRuns + (long) RUN_BYTES * derivedCount;
        this.names = entries + (long) ENTRY_BYTES * Memory.getInt(trailer + 40);
        for (int i = 0; i < streams.length; i++) {
            streams[i] = Memory.getInt(runs + (long) RUN_BYTES * i);
        }
        for (int i = 0; i < pieces.length; i++) {
            pieces[i] = Memory.getLong(pieceTable + (long) PIECE_BYTES * i);
        }
    }

    /** The name of a file that no other was made of. */
    static String name(long first) {
        return String.format(Locale.ROOT, "%020d%s", first, SUFFIX);
    }

    /** The name of a file that is made of others, of which this one begins where it does. */
    String nextName() {
        String stem = name.substring(0, name.length() - SUFFIX.length());
        int dot = stem.indexOf('.');
        long generation = dot < 0 ? 0 : Long.parseLong(stem.substring(dot + 1));
        return String.format(Locale.ROOT, "%020d.%d%s", first, generation + 1, SUFFIX);
    }

    /** True if it is the name of such a file, finished or not. */
    static boolean isName(String name) {
        return name.endsWith(SUFFIX) || name.endsWith(SUFFIX + UNFINISHED);
    }

    // ---- Opening

    /**
     * Opens a file, and checks all of it but the events, which are checked when they are read.
     *
     * @throws CorruptJournalException if it is damaged
     */
    static SegmentFile open(Disk disk, String name) throws IOException {
        Disk.File file = disk.read(name);
        try {
            MemorySegment map = file.map();
            check(name, map);
            return new SegmentFile(file, name, map);
        } catch (IOException | RuntimeException failure) {
            file.close();
            throw failure;
        }
    }

    private static void check(String name, MemorySegment map) throws NewerFormatException {
        long bytes = map.byteSize();
        long trailer = map.address() + bytes - TRAILER_BYTES;
        if (bytes < TRAILER_BYTES || Memory.getLong(trailer + TRAILER_BYTES - 8) != MAGIC) {
            throw new CorruptJournalException(name + ": no whole file of events");
        }
        int version = Memory.getInt(trailer + CHECKED_BYTES + 4);
        if (version != VERSION) {
            throw new NewerFormatException(name, version, VERSION);
        }
        long eventBytes = Memory.getLong(trailer + 16);
        long tables =
                8L * count(trailer, 24)
                        + (long) RUN_BYTES * (count(trailer, 28) + count(trailer, 36))
                        + (long) PIECE_BYTES * count(trailer, 32)
                        + (long) ENTRY_BYTES * count(trailer, 40)
                        + count(trailer, 44);
        boolean fits = eventBytes >= 0 && eventBytes + tables + TRAILER_BYTES == bytes;
        if (!fits
                || crc(trailer - tables, tables + CHECKED_BYTES)
                        != Memory.getInt(trailer + CHECKED_BYTES)) {
            throw new CorruptJournalException(
                    name
                            + ": its tables are damaged, at offset "
                            + (bytes - TRAILER_BYTES - tables));
        }
    }

    private static long count(long trailer, int offset) {
        return Integer.toUnsignedLong(Memory.getInt(trailer + offset));
    }

    private static int crc(long address, long bytes) {
        CRC32C crc = new CRC32C();
        crc.update(Memory.buffer(address, bytes));
        return (int) crc.getValue();
    }

    /**
     * Gives its derived streams numbers, and says how far they have come. The lock is held for some
     * at a time: a file may have many.
     */
    void nameDerived(StreamTable table, ReentrantLock lock) {
        NativeBuffer copy = new NativeBuffer(256);
        long[] placed = new long[derivedCount];
        try {
            for (int from = 0; from < derivedCount; from += NAMES_AT_ONCE) {
                lock.lock();
                try {
                    int to = Math.min(derivedCount, from + NAMES_AT_ONCE);
                    for (int i = from; i < to; i++) {
                        placed[i] = (long) number(i, table, copy) << Integer.SIZE | i;
                    }
                } finally {
                    lock.unlock();
                }
            }
        } finally {
            copy.free();
        }
        Arrays.sort(placed);
        derivedStreams = Arrays.stream(placed).mapToInt(each -> (int) (each >>> 32)).toArray();
        derivedPlaces = Arrays.stream(placed).mapToInt(each -> (int) each).toArray();
    }

    private int number(int place, StreamTable table, NativeBuffer copy) {
        byte[] text = derivedName(place);
        copy.clear();
        copy.put(text);
        int number = table.findOrAddDerived(copy.address(), text.length);
        table.last(number, Math.max(table.last(number), derivedRun(place).lastRevision));
        return number;
    }

    String name() {
        return name;
    }

    /** The first position that it covers. */
    long first() {
        return first;
    }

    /** The last. */
    long last() {
        return last;
    }

    int count() {
        return count;
    }

    long eventBytes() {
        return eventBytes;
    }

    /** True if it has what is derived from its events. */
    boolean isProjected() {
        return projected;
    }

    /** True if it has events of a stream. */
    boolean has(int stream) {
        return StreamTable.isDerived(stream)
                ? Arrays.binarySearch(derivedStreams, stream) >= 0
                : Arrays.binarySearch(streams, stream) >= 0;
    }

    // ---- Who uses it; under the lock of the log

    void hold() {
        holds++;
    }

    void letGo() {
        holds--;
        closeUnused();
    }

    /** Another has taken its place. */
    void retire() {
        retired = true;
        closeUnused();
    }

    private void closeUnused() {
        if (retired && holds == 0) {
            try {
                file.close();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }

    // ---- For those who may wait for the disk

    /** The numbers of its streams, ascending; derived ones are not among them. */
    int[] streams() {
        return streams.clone();
    }

    /** The events of a stream, or null if there are none. */
    @Nullable Run run(int stream) {
        if (StreamTable.isDerived(stream)) {
            int found = Arrays.binarySearch(derivedStreams, stream);
            return found < 0 ? null : derivedRun(derivedPlaces[found]);
        }
        int found = Arrays.binarySearch(streams, stream);
        return found < 0 ? null : run(false, runs + (long) RUN_BYTES * found + 4);
    }

    private static Run run(boolean derived, long at) {
        return new Run(
                derived,
                Memory.getInt(at + 4),
                Memory.getInt(at),
                Memory.getLong(at + 12),
                Memory.getLong(at + 20));
    }

    int derivedCount() {
        return derivedCount;
    }

    Run derivedRun(int place) {
        long at = derivedRuns + (long) RUN_BYTES * place;
        return new Run(
                true,
                Memory.getInt(at + 4),
                Memory.getInt(at),
                Memory.getLong(at + 16),
                Memory.getLong(at + 24));
    }

    byte[] derivedName(int place) {
        long at = derivedRuns + (long) RUN_BYTES * place;
        return Memory.bytes(names + Memory.getInt(at + 8), Memory.getInt(at + 12));
    }

    /** Which event of the file a run's number {@code index} is. */
    int placeOf(Run run, int index) {
        int at = run.first + index;
        return run.derived ? Memory.getInt(entries + (long) ENTRY_BYTES * at) : at;
    }

    /** Where the event is that is a run's number {@code index}. */
    long event(Run run, int index) {
        return event(placeOf(run, index));
    }

    long revision(Run run, int index) {
        if (run.derived) {
            long at = entries + (long) ENTRY_BYTES * (run.first + index) + 4;
            return run.firstRevision + Integer.toUnsignedLong(Memory.getInt(at));
        }
        return run.isDense() ? run.firstRevision + index : Event.revision(event(run, index));
    }

    /** The number in a run of the first event with this revision or a later one. */
    int find(Run run, long revision) {
        if (run.isDense()) {
            return (int) Math.clamp(revision - run.firstRevision, 0L, (long) run.count);
        }
        int low = 0;
        int high = run.count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (revision(run, middle) < revision) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Where an event lies, by its place in the file; its sum is checked. */
    long event(int place) {
        long at = place(place);
        if (!Event.isWhole(at)) {
            throw damaged(at);
        }
        return at;
    }

    /** How many bytes an event has, by its place in the file; they are in the file, unchecked. */
    int bytes(int place) {
        return Event.bytes(place(place));
    }

    private long place(int place) {
        long at =
                address + Integer.toUnsignedLong(Memory.getInt(address + eventBytes + 4L * place));
        long end = address + eventBytes;
        boolean fits =
                end - at >= Event.HEADER_BYTES
                        && Event.bytes(at) >= Event.HEADER_BYTES
                        && Event.bytes(at) <= end - at;
        if (!fits) {
            throw damaged(at);
        }
        return at;
    }

    private CorruptJournalException damaged(long at) {
        return new CorruptJournalException(
                name + ": the event at offset " + (at - address) + " is damaged");
    }

    // ---- In the order of positions

    /** Which event is number {@code index} in the order of positions. */
    int order(int index) {
        return Memory.getInt(order + 4L * index);
    }

    /** The piece that has a position, or the nearest before it; -1 if all come after it. */
    int pieceOf(long position) {
        int found = Arrays.binarySearch(pieces, position);
        return found >= 0 ? found : -found - 2;
    }

    int pieces() {
        return pieces.length;
    }

    /** The position of a piece's first event; of the one behind the last: what follows the file. */
    long pieceFirst(int piece) {
        return piece < pieces.length ? pieces[piece] : last + 1;
    }

    /** Where a piece begins in the order of positions. */
    int pieceStart(int piece) {
        return piece < pieces.length
                ? Memory.getInt(pieceTable + (long) PIECE_BYTES * piece + 8)
                : count;
    }

    /** Nobody reads any more. */
    void close() throws IOException {
        file.close();
    }
}
