package dev.millrace.events.log;

import dev.millrace.events.stream.StreamTable;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.Slabs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Events of consecutive positions in memory, in the order they came, with the list of each
 * stream's. It never moves, so what is in it can be read without the lock by those who have it
 * pinned.
 */
final class HotEvents {
    private final long first;
    private final long address;
    private final long capacity;
    private long used;
    private int[] offsets = new int[256];
    private int count;
    private final Runs runs = new Runs();

    /** Of derived streams; apart, for a file has them apart. */
    private final Runs derivedRuns = new Runs();

    HotEvents(long first, Slabs slabs, long capacity) {
        this.first = first;
        this.capacity = capacity;
        this.address = slabs.allocate(capacity);
    }

    boolean hasRoom(long bytes) {
        return capacity - used >= bytes;
    }

    /** Appends an event with the next position. */
    void append(int stream, long revision, Event.Draft draft) {
        Event.write(address + used, stream, revision, first + count, draft);
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, count * 2);
        }
        runs.add(stream, revision, count);
        offsets[count++] = (int) used;
        used += draft.bytes();
    }

    /** The event that came last is part of a derived stream as well. */
    void derive(int stream, long revision) {
        derivedRuns.add(stream, revision, count - 1);
    }

    long first() {
        return first;
    }

    int count() {
        return count;
    }

    /** Bytes of events. */
    long used() {
        return used;
    }

    long address() {
        return address;
    }

    /** What it takes of memory. */
    long capacity() {
        return capacity;
    }

    /** Where the event is that came as number {@code index}. */
    long at(int index) {
        return address + offsets[index];
    }

    /** Those that have a stream of this number. */
    Runs runs(int stream) {
        return StreamTable.isDerived(stream) ? derivedRuns : runs;
    }

    /** The numbers of its derived streams, ascending. */
    int[] derivedStreams() {
        return derivedRuns.streams();
    }

    /**
     * Writes a file of it. Its memory is pinned.
     *
     * @param derived its derived streams, and {@code names} theirs
     */
    void write(SegmentWriter writer, int[] derived, byte[][] names) throws IOException {
        int[] places = new int[count];
        for (int stream : runs.streams()) {
            writer.stream(stream);
            int run = runs.find(stream);
            for (int i = 0; i < runs.count(run); i++) {
                int event = runs.event(run, i);
                places[event] = writer.add(at(event));
            }
        }
        for (int i = 0; i < count; i++) {
            writer.inOrder(places[i], at(i));
        }
        List<Named> byName = new ArrayList<>(names.length);
        for (int i = 0; i < names.length; i++) {
            byName.add(new Named(names[i], derivedRuns.find(derived[i])));
        }
        byName.sort((a, b) -> Arrays.compareUnsigned(a.name, b.name));
        byName.forEach(each -> writeDerived(writer, each.run, each.name, places));
    }

    /** A derived stream's events here. */
    private record Named(byte[] name, int run) {}

    private void writeDerived(SegmentWriter writer, int run, byte[] name, int[] places) {
        long first = derivedRuns.firstRevision(run);
        writer.derived(name, first, derivedRuns.lastRevision(run));
        for (int i = 0; i < derivedRuns.count(run); i++) {
            writer.entry(places[derivedRuns.event(run, i)], first + i);
        }
    }

    void free(Slabs slabs) {
        // Whoever still reads here would read others' memory: better the first bytes tell.
        Memory.putInt(address, 0);
        slabs.free(address);
    }
}
