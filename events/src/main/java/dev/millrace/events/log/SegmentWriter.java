package dev.millrace.events.log;

import dev.millrace.kernel.journal.Disk;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

import java.io.IOException;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;

/**
 * Writes a file of events (docs/decisions/event-files.md), front to back: the events, by stream;
 * then their order; then the derived streams. Under its name it is whole and durable.
 *
 * <pre>{@code
 * try (SegmentWriter writer = new SegmentWriter(disk, name, pieceBytes)) {
 *     writer.stream(number);
 *     int place = writer.add(event);
 *     ...
 *     writer.inOrder(place, event);
 *     ...
 *     writer.derived(name, first, last);
 *     writer.entry(place, revision);
 *     ...
 *     writer.finish(firstPosition, lastPosition, true);
 * }
 * }</pre>
 */
final class SegmentWriter implements AutoCloseable {
    private static final int WRITE_BYTES = 1 << 20;

    /** So much is forced at a time, so that the last one does not hold up the disk. */
    private static final int FORCE_BYTES = 8 << 20;

    private final Disk disk;
    private final String name;
    private final Disk.Output out;
    private final long pieceBytes;
    private final Pace pace;
    private final BooleanSupplier waits;
    private final NativeBuffer buffer = new NativeBuffer(WRITE_BYTES + 1024);
    private final NativeBuffer offsets = new NativeBuffer(1 << 14);
    private final NativeBuffer order = new NativeBuffer(1 << 14);
    private final NativeBuffer runs = new NativeBuffer(1 << 12);
    private final NativeBuffer pieces = new NativeBuffer(1 << 10);
    private final NativeBuffer derived = new NativeBuffer(1 << 12);
    private final NativeBuffer entries = new NativeBuffer(1 << 14);
    private final NativeBuffer names = new NativeBuffer(1 << 10);
    private final CRC32C crc = new CRC32C();
    private long eventBytes;
    private long unforcedBytes;
    private int events;
    private int stream;
    private int runEvents;
    private long runFirst;
    private long runLast;
    private long inPiece;
    private long derivedFirst;

    /**
     * @param pieceBytes those who read in the order of positions are to have so many at a time
     * @param pace what is written goes by it
     * @param waits true while others come first, as {@link Pace#passed} has it
     */
    SegmentWriter(Disk disk, String name, long pieceBytes, Pace pace, BooleanSupplier waits)
            throws IOException {
        this.pace = pace;
        this.waits = waits;
        this.disk = disk;
        this.name = name;
        this.pieceBytes = pieceBytes;
        boolean opened = false;
        try {
            this.out = disk.write(name + SegmentFile.UNFINISHED);
            opened = true;
        } finally {
            if (!opened) {
                free();
            }
        }
    }

    /** Writes as fast as it goes. */
    SegmentWriter(Disk disk, String name, long pieceBytes) throws IOException {
        this(disk, name, pieceBytes, Pace.FREE, () -> false);
    }

    private void free() {
        buffer.free();
        offsets.free();
        order.free();
        runs.free();
        pieces.free();
        derived.free();
        entries.free();
        names.free();
    }

    /** The events that are added next are of this stream; streams ascend. */
    void stream(int number) {
        endRun();
        stream = number;
    }

    private void endRun() {
        if (runEvents > 0) {
            runs.putInt(stream);
            runs.putInt(runEvents);
            runs.putInt(events - runEvents);
            runs.putInt(0);
            runs.putLong(runFirst);
            runs.putLong(runLast);
            runEvents = 0;
        }
    }

    /** Adds an event, which is copied; its place. */
    int add(long event) throws IOException {
        int bytes = Event.bytes(event);
        if (buffer.length() > 0 && buffer.length() + bytes > WRITE_BYTES) {
            flush(buffer);
            buffer.shrink();
        }
        long to = buffer.room(bytes);
        Memory.copy(event, to, bytes);
        Event.putCrc(to, Event.crc(to));
        buffer.advance(bytes);
        offsets.putInt((int) eventBytes);
        eventBytes += bytes;
        if (runEvents++ == 0) {
            runFirst = Event.revision(event);
        }
        runLast = Event.revision(event);
        return events++;
    }

    private void flush(NativeBuffer bytes) throws IOException {
        out.write(Memory.buffer(bytes.address(), bytes.length()));
        unforcedBytes += bytes.length();
        if (unforcedBytes >= FORCE_BYTES) {
            out.force();
            unforcedBytes = 0;
        }
        pace.passed(bytes.length(), waits);
    }

    /** The event of that place is the next in the order of positions. */
    void inOrder(int place, long event) {
        if (order.length() == 0 || inPiece + Event.bytes(event) > pieceBytes) {
            pieces.putLong(Event.position(event));
            pieces.putInt((int) (order.length() / Integer.BYTES));
            pieces.putInt(0);
            inPiece = 0;
        }
        inPiece += Event.bytes(event);
        order.putInt(place);
    }

    /**
     * The entries that are added next are of this derived stream; streams ascend by their names.
     */
    void derived(byte[] name, long first, long last) {
        endDerived();
        derivedFirst = first;
        derived.putInt(0);
        derived.putInt((int) (entries.length() / SegmentFile.ENTRY_BYTES));
        derived.putInt((int) names.length());
        derived.putInt(name.length);
        derived.putLong(first);
        derived.putLong(last);
        names.put(name);
    }

    /** How many entries the last one has is known now. */
    private void endDerived() {
        if (derived.length() > 0) {
            long last = derived.address() + derived.length() - SegmentFile.RUN_BYTES;
            int before = Memory.getInt(last + Integer.BYTES);
            Memory.putInt(last, (int) (entries.length() / SegmentFile.ENTRY_BYTES) - before);
        }
    }

    void entry(int place, long revision) {
        entries.putInt(place);
        entries.putInt((int) (revision - derivedFirst));
    }

    /**
     * Completes the file.
     *
     * @param first its first position
     * @param last its last; what is between may be missing
     * @param projected whether it has all that is derived from its events
     */
    void finish(long first, long last, boolean projected) throws IOException {
        endRun();
        endDerived();
        flush(buffer);
        buffer.shrink();
        for (NativeBuffer table :
                new NativeBuffer[] {offsets, order, runs, pieces, derived, entries, names}) {
            crc.update(Memory.buffer(table.address(), table.length()));
            flush(table);
        }
        putTrailer(first, last, projected);
        flush(buffer);
        out.force();
        disk.rename(name + SegmentFile.UNFINISHED, name);
    }

    private void putTrailer(long first, long last, boolean projected) {
        buffer.putLong(first);
        buffer.putLong(last);
        buffer.putLong(eventBytes);
        buffer.putInt(events);
        buffer.putInt((int) (runs.length() / SegmentFile.RUN_BYTES));
        buffer.putInt((int) (pieces.length() / SegmentFile.PIECE_BYTES));
        buffer.putInt((int) (derived.length() / SegmentFile.RUN_BYTES));
        buffer.putInt((int) (entries.length() / SegmentFile.ENTRY_BYTES));
        buffer.putInt((int) names.length());
        buffer.putInt(projected ? 1 : 0);
        crc.update(Memory.buffer(buffer.address(), buffer.length()));
        buffer.putInt((int) crc.getValue());
        buffer.putInt(SegmentFile.VERSION);
        buffer.putInt(0);
        buffer.putLong(SegmentFile.MAGIC);
    }

    @Override
    public void close() throws IOException {
        free();
        out.close();
    }
}
