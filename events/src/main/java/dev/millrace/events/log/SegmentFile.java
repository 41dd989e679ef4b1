package dev.millrace.events.log;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.journal.Disk;
import dev.millrace.kernel.journal.NewerFormatException;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * A segment as a file, immutable (the form: docs/decisions/event-storage.md). In memory there are
 * the numbers of its streams only; everything else is read by those who may wait for the disk.
 */
final class SegmentFile {
    private static final String SUFFIX = ".events";
    private static final String UNFINISHED = ".unfinished";
    private static final long MAGIC = 0x53544E_4556454D52L; // "RMEVENTS"
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 48;
    private static final int HEADER_CHECKED_BYTES = 40;
    private static final int RUN_BYTES = 32;
    private static final int WRITE_BYTES = 1 << 20;

    /** A stream's events in the file: the events {@code first} to {@code first + count - 1}. */
    record Run(int first, int count, long firstRevision, long lastRevision) {
        boolean isDense() {
            return lastRevision - firstRevision == count - 1;
        }
    }

    private final Disk.File file;
    private final String name;
    private final long address;
    private final long first;
    private final int count;
    private final long eventBytes;
    private final int[] streams;

    private SegmentFile(Disk.File file, String name, MemorySegment map) {
        this.file = file;
        this.name = name;
        this.address = map.address();
        this.count = Memory.getInt(address + 12);
        this.first = Memory.getLong(address + 16);
        this.eventBytes = Memory.getLong(address + 24);
        int runs = Memory.getInt(address + 32);
        this.streams = new int[runs];
        for (int i = 0; i < runs; i++) {
            streams[i] = Memory.getInt(runAt(i));
        }
    }

    static String name(long first) {
        return String.format(Locale.ROOT, "%020d%s", first, SUFFIX);
    }

    /** True if it is the name of such a file, finished or not. */
    static boolean isName(String name) {
        return name.endsWith(SUFFIX) || name.endsWith(SUFFIX + UNFINISHED);
    }

    // ---- Writing

    /** Writes what is in memory; under its name it is whole and durable. */
    static void write(Disk disk, String name, HotEvents events) throws IOException {
        int[] streams = events.streams();
        NativeBuffer buffer = new NativeBuffer(WRITE_BYTES + 1024);
        NativeBuffer tables = new NativeBuffer(1 << 16);
        String unfinished = name + UNFINISHED;
        try (Disk.Output out = disk.write(unfinished)) {
            int[] rank = ranks(events, streams);
            putTables(tables, events, streams, rank);
            putHeader(buffer, events, streams.length, tables);
            for (int stream : streams) {
                HotEvents.Run run = run(events, stream);
                for (int i = 0; i < run.count; i++) {
                    long from = events.at(run.events[i]);
                    flushBefore(buffer, out, Event.bytes(from));
                    long to = buffer.room(Event.bytes(from));
                    Memory.copy(from, to, Event.bytes(from));
                    Event.putCrc(to, Event.crc(to));
                    buffer.advance(Event.bytes(from));
                }
            }
            out.write(Memory.buffer(buffer.address(), buffer.length()));
            out.write(Memory.buffer(tables.address(), tables.length()));
            out.force();
        } finally {
            buffer.free();
            tables.free();
        }
        disk.rename(unfinished, name);
    }

    private static HotEvents.Run run(HotEvents events, int stream) {
        HotEvents.Run run = events.run(stream);
        if (run == null) {
            throw new IllegalStateException("stream " + stream + ": has no events here");
        }
        return run;
    }

    private static void flushBefore(NativeBuffer buffer, Disk.Output out, int bytes)
            throws IOException {
        if (buffer.length() > 0 && buffer.length() + bytes > WRITE_BYTES) {
            out.write(Memory.buffer(buffer.address(), buffer.length()));
            buffer.shrink();
        }
    }

    /** By the order they came in: where each event stands in the file. */
    private static int[] ranks(HotEvents events, int[] streams) {
        int[] rank = new int[events.count()];
        int next = 0;
        for (int stream : streams) {
            HotEvents.Run run = run(events, stream);
            for (int i = 0; i < run.count; i++) {
                rank[run.events[i]] = next++;
            }
        }
        return rank;
    }

    private static void putTables(
            NativeBuffer tables, HotEvents events, int[] streams, int[] rank) {
        int offset = 0;
        for (int stream : streams) {
            HotEvents.Run run = run(events, stream);
            for (int i = 0; i < run.count; i++) {
                tables.putInt(offset);
                offset += Event.bytes(events.at(run.events[i]));
            }
        }
        for (int each : rank) {
            tables.putInt(each);
        }
        for (int stream : streams) {
            HotEvents.Run run = run(events, stream);
            tables.putInt(stream);
            tables.putInt(run.count);
            tables.putInt(rank[run.events[0]]);
            tables.putInt(0);
            tables.putLong(run.firstRevision);
            tables.putLong(Event.revision(events.at(run.events[run.count - 1])));
        }
    }

    private static void putHeader(
            NativeBuffer buffer, HotEvents events, int runs, NativeBuffer tables) {
        buffer.putLong(MAGIC);
        buffer.putInt(VERSION);
        buffer.putInt(events.count());
        buffer.putLong(events.first());
        buffer.putLong(events.used());
        buffer.putInt(runs);
        buffer.putInt(0);
        buffer.putInt(crc(buffer.address(), tables.address(), tables.length()));
        buffer.putInt(0);
    }

    private static int crc(long header, long tables, long bytes) {
        CRC32C crc = new CRC32C();
        crc.update(Memory.buffer(header, HEADER_CHECKED_BYTES));
        crc.update(Memory.buffer(tables, bytes));
        return (int) crc.getValue();
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
        long at = map.address();
        if (map.byteSize() < HEADER_BYTES || Memory.getLong(at) != MAGIC) {
            throw new CorruptJournalException(name + ": no file of events");
        }
        if (Memory.getInt(at + 8) != VERSION) {
            throw new NewerFormatException(name, Memory.getInt(at + 8), VERSION);
        }
        long events = Memory.getInt(at + 12);
        long eventBytes = Memory.getLong(at + 24);
        long runs = Memory.getInt(at + 32);
        long tables = events * 8 + runs * RUN_BYTES;
        boolean fits =
                events > 0
                        && runs > 0
                        && eventBytes > 0
                        && HEADER_BYTES + eventBytes + tables == map.byteSize();
        if (!fits
                || crc(at, at + HEADER_BYTES + eventBytes, tables)
                        != Memory.getInt(at + HEADER_CHECKED_BYTES)) {
            throw new CorruptJournalException(name + ": its tables are damaged");
        }
    }

    String name() {
        return name;
    }

    long first() {
        return first;
    }

    int count() {
        return count;
    }

    long eventBytes() {
        return eventBytes;
    }

    /** The place of a stream's run among the runs, or a negative number. */
    int place(int stream) {
        return Arrays.binarySearch(streams, stream);
    }

    // ---- For those who may wait for the disk

    private long offsetAt(int event) {
        return address + HEADER_BYTES + eventBytes + 4L * event;
    }

    private long runAt(int place) {
        return address + HEADER_BYTES + eventBytes + 8L * count + (long) RUN_BYTES * place;
    }

    Run run(int place) {
        long at = runAt(place);
        return new Run(
                Memory.getInt(at + 8),
                Memory.getInt(at + 4),
                Memory.getLong(at + 16),
                Memory.getLong(at + 24));
    }

    /** Where an event lies, by its place in the file; its sum is checked. */
    long event(int place) {
        long at = address + HEADER_BYTES + Integer.toUnsignedLong(Memory.getInt(offsetAt(place)));
        long end = address + HEADER_BYTES + eventBytes;
        boolean fits =
                end - at >= Event.HEADER_BYTES
                        && Event.bytes(at) >= Event.HEADER_BYTES
                        && Event.bytes(at) <= end - at;
        if (!fits || !Event.isWhole(at)) {
            throw new CorruptJournalException(
                    name + ": the event at offset " + (at - address) + " is damaged");
        }
        return at;
    }

    /** Which event of the file came as number {@code index}. */
    int order(int index) {
        return Memory.getInt(offsetAt(count) + 4L * index);
    }

    /** The place in a run of the first event with this revision or a later one. */
    int find(Run run, long revision) {
        if (run.isDense()) {
            return Math.clamp(revision - run.firstRevision, 0, run.count);
        }
        int low = 0;
        int high = run.count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Event.revision(event(run.first + middle)) < revision) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    void close() throws IOException {
        file.close();
    }
}
