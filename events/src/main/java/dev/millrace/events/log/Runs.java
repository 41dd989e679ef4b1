package dev.millrace.events.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which events of a segment in memory are of which stream. Those of one stream are its run: their
 * revisions follow one another.
 *
 * <p>Where there are very many streams a segment has of most of them one event, and an object for
 * each would take as much of the heap as the events take outside. So a run is a row of three
 * arrays, 16 bytes, of which one half to four fifths are in use; only those of two events and more
 * have a list of their own.
 *
 * <p>A row is found by its stream; it holds until something is added.
 */
final class Runs {
    private static final int FREE = -1;
    private static final int ROWS_MIN = 64;

    /** 2^32 divided by the golden ratio: streams whose numbers follow one another are spread. */
    private static final int SPREAD = 0x9E37_79B9;

    private int[] streams = rows(ROWS_MIN);
    private long[] firsts = new long[ROWS_MIN];

    /** Of a run of one event: which; of another: -1 less the number of its list. */
    private int[] events = new int[ROWS_MIN];

    private final List<Longer> longer = new ArrayList<>();
    private int count;

    /** The events of a run that has several. */
    private static final class Longer {
        private int[] events = new int[4];
        private int count;

        void add(int event) {
            if (count == events.length) {
                events = Arrays.copyOf(events, count * 2);
            }
            events[count++] = event;
        }
    }

    private static int[] rows(int count) {
        int[] rows = new int[count];
        Arrays.fill(rows, FREE);
        return rows;
    }

    /** Adds an event to the run of a stream, which may begin with it. */
    void add(int stream, long revision, int event) {
        int row = place(stream);
        if (streams[row] == FREE) {
            begin(row, stream, revision, event);
        } else if (events[row] < 0) {
            longer(row).add(event);
        } else {
            Longer made = new Longer();
            made.add(events[row]);
            made.add(event);
            longer.add(made);
            events[row] = -longer.size();
        }
    }

    private void begin(int row, int stream, long revision, int event) {
        int free = row;
        if (count >= streams.length / 5 * 4) {
            grow();
            free = place(stream);
        }
        count++;
        put(free, stream, revision, event);
    }

    private void put(int row, int stream, long first, int event) {
        streams[row] = stream;
        firsts[row] = first;
        events[row] = event;
    }

    private void grow() {
        int[] oldStreams = streams;
        long[] oldFirsts = firsts;
        int[] oldEvents = events;
        int size = oldStreams.length + oldStreams.length / 2;
        streams = rows(size);
        firsts = new long[size];
        events = new int[size];
        for (int i = 0; i < oldStreams.length; i++) {
            if (oldStreams[i] != FREE) {
                put(place(oldStreams[i]), oldStreams[i], oldFirsts[i], oldEvents[i]);
            }
        }
    }

    /** The row of a stream, or the free one where it would be. */
    private int place(int stream) {
        long spread = Integer.toUnsignedLong(stream * SPREAD);
        int row = (int) (spread * streams.length >>> Integer.SIZE);
        while (streams[row] != FREE && streams[row] != stream) {
            row = row + 1 == streams.length ? 0 : row + 1;
        }
        return row;
    }

    private Longer longer(int row) {
        return longer.get(-1 - events[row]);
    }

    /** The row of a stream, -1 if it has no events here. */
    int find(int stream) {
        int row = place(stream);
        return streams[row] == FREE ? -1 : row;
    }

    long firstRevision(int row) {
        return firsts[row];
    }

    long lastRevision(int row) {
        return firsts[row] + count(row) - 1;
    }

    int count(int row) {
        return events[row] < 0 ? longer(row).count : 1;
    }

    /** Which event of the segment a run's number {@code index} is. */
    int event(int row, int index) {
        return events[row] < 0 ? longer(row).events[index] : events[row];
    }

    /** The numbers of its streams, ascending. */
    int[] streams() {
        int[] all = new int[count];
        int next = 0;
        for (int stream : streams) {
            if (stream != FREE) {
                all[next++] = stream;
            }
        }
        Arrays.sort(all);
        return all;
    }
}
