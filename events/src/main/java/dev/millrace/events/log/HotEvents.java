package dev.millrace.events.log;

import dev.millrace.events.stream.StreamTable;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.Slabs;

import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;

import org.jspecify.annotations.Nullable;

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
    /** The events of one stream here: their revisions follow one another. */
    static final class Run {
        final long firstRevision;
        int[] events = new int[2];
        int count;

        Run(long firstRevision) {
            this.firstRevision = firstRevision;
        }

        private void add(int event) {
            if (count == events.length) {
                events = Arrays.copyOf(events, count * 2);
            }
            events[count++] = event;
        }

        boolean has(long revision) {
            return revision >= firstRevision && revision < firstRevision + count;
        }
    }

    private final long first;
    private final long address;
    private final long capacity;
    private long used;
    private int[] offsets = new int[256];
    private int count;
    private final IntObjectHashMap<Run> runs = new IntObjectHashMap<>();

    /** Of derived streams. In one map with the others, their numbers would be in the way there. */
    private final IntObjectHashMap<Run> derivedRuns = new IntObjectHashMap<>();

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
        run(runs, stream, revision).add(count);
        offsets[count++] = (int) used;
        used += draft.bytes();
    }

    /** The event that came last is part of a derived stream as well. */
    void derive(int stream, long revision) {
        run(derivedRuns, stream, revision).add(count - 1);
    }

    private static Run run(IntObjectHashMap<Run> runs, int stream, long revision) {
        Run run = runs.get(stream);
        if (run == null) {
            run = new Run(revision);
            runs.put(stream, run);
        }
        return run;
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

    @Nullable Run run(int stream) {
        return StreamTable.isDerived(stream) ? derivedRuns.get(stream) : runs.get(stream);
    }

    /** The numbers of its derived streams, ascending. */
    int[] derivedStreams() {
        return sorted(derivedRuns);
    }

    private static int[] sorted(IntObjectHashMap<Run> runs) {
        int[] all = new int[runs.size()];
        int next = 0;
        for (IntObjectMap.PrimitiveEntry<Run> entry : runs.entries()) {
            all[next++] = entry.key();
        }
        Arrays.sort(all);
        return all;
    }

    /**
     * Writes a file of it. Its memory is pinned.
     *
     * @param derived its derived streams, and {@code names} theirs
     */
    void write(SegmentWriter writer, int[] derived, byte[][] names) throws IOException {
        int[] places = new int[count];
        for (int stream : sorted(runs)) {
            writer.stream(stream);
            Run run = runs.get(stream);
            for (int i = 0; i < run.count; i++) {
                places[run.events[i]] = writer.add(at(run.events[i]));
            }
        }
        for (int i = 0; i < count; i++) {
            writer.inOrder(places[i], at(i));
        }
        List<Named> byName = new ArrayList<>(names.length);
        for (int i = 0; i < names.length; i++) {
            byName.add(new Named(names[i], derivedRuns.get(derived[i])));
        }
        byName.sort((a, b) -> Arrays.compareUnsigned(a.name, b.name));
        byName.forEach(each -> writeDerived(writer, each.run, each.name, places));
    }

    /** A derived stream's events here. */
    private record Named(byte[] name, Run run) {}

    private static void writeDerived(SegmentWriter writer, Run run, byte[] name, int[] places) {
        writer.derived(name, run.firstRevision, run.firstRevision + run.count - 1);
        for (int i = 0; i < run.count; i++) {
            writer.entry(places[run.events[i]], run.firstRevision + i);
        }
    }

    void free(Slabs slabs) {
        // Whoever still reads here would read others' memory: better the first bytes tell.
        Memory.putInt(address, 0);
        slabs.free(address);
    }
}
