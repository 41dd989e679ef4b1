package dev.millrace.events.log;

import dev.millrace.events.stream.StreamTable;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Makes one file of some whose positions follow one another. What is not to be kept is left out:
 * its positions are then missing, as are the entries of derived streams that led there. A derived
 * stream of which nothing remains keeps its run, without entries: that says how far it has come.
 */
final class SegmentMerge {
    private static final int GONE = -1;

    /** Which events a file is to have. */
    @FunctionalInterface
    interface Keeping {
        boolean keeps(long event);
    }

    /** Behind the last name of a file; no name is empty. */
    private static final byte[] END = {};

    private final SegmentWriter writer;
    private final List<SegmentFile> files;
    private final Keeping keeping;

    /** By file and place there: the place in the new one, or {@link #GONE}. */
    private final int[][] places;

    private SegmentMerge(SegmentWriter writer, List<SegmentFile> files, Keeping keeping) {
        this.writer = writer;
        this.files = files;
        this.keeping = keeping;
        this.places = new int[files.size()][];
        for (int i = 0; i < places.length; i++) {
            places[i] = new int[files.get(i).count()];
        }
    }

    /** Writes all; whoever calls finishes the file. */
    static void write(SegmentWriter writer, List<SegmentFile> files, Keeping keeping)
            throws IOException {
        SegmentMerge merge = new SegmentMerge(writer, files, keeping);
        merge.putEvents();
        merge.putOrder();
        merge.putDerived();
    }

    private void putEvents() throws IOException {
        for (int stream : streams()) {
            writer.stream(stream);
            for (int i = 0; i < places.length; i++) {
                SegmentFile.Run run = files.get(i).run(stream);
                if (run != null) {
                    put(files.get(i), run, places[i]);
                }
            }
        }
    }

    /** Of all files, ascending, each once. */
    private int[] streams() {
        int[] all = new int[0];
        for (SegmentFile file : files) {
            int[] more = file.streams();
            int before = all.length;
            all = Arrays.copyOf(all, before + more.length);
            System.arraycopy(more, 0, all, before, more.length);
        }
        Arrays.sort(all);
        int count = 0;
        for (int stream : all) {
            if (count == 0 || all[count - 1] != stream) {
                all[count++] = stream;
            }
        }
        return Arrays.copyOf(all, count);
    }

    private void put(SegmentFile file, SegmentFile.Run run, int[] placed) throws IOException {
        for (int i = 0; i < run.count(); i++) {
            int place = file.placeOf(run, i);
            long event = file.event(place);
            placed[place] = keeping.keeps(event) ? writer.add(event) : GONE;
        }
    }

    private void putOrder() {
        for (int i = 0; i < places.length; i++) {
            SegmentFile file = files.get(i);
            for (int index = 0; index < file.count(); index++) {
                int place = file.order(index);
                if (places[i][place] != GONE) {
                    writer.inOrder(places[i][place], file.event(place));
                }
            }
        }
    }

    /** Each file has them by name: what is the least of all comes next. */
    private void putDerived() {
        int[] next = new int[places.length];
        byte[][] names = new byte[places.length][];
        for (int i = 0; i < places.length; i++) {
            names[i] = name(i, 0);
        }
        int[] runs = new int[places.length];
        byte[] least = least(names);
        while (least.length > 0) {
            for (int i = 0; i < runs.length; i++) {
                runs[i] = Arrays.equals(names[i], least) ? next[i]++ : GONE;
                if (runs[i] != GONE) {
                    names[i] = name(i, next[i]);
                }
            }
            put(least, runs);
            least = least(names);
        }
    }

    private byte[] name(int file, int place) {
        return place < files.get(file).derivedCount() ? files.get(file).derivedName(place) : END;
    }

    private static byte[] least(byte[][] names) {
        byte[] least = END;
        for (byte[] name : names) {
            boolean less =
                    name.length > 0
                            && (least.length == 0 || Arrays.compareUnsigned(name, least) < 0);
            if (less) {
                least = name;
            }
        }
        return least;
    }

    private void put(byte[] name, int[] runs) {
        long first = Long.MAX_VALUE;
        long last = -1;
        for (int i = 0; i < runs.length; i++) {
            if (runs[i] != GONE) {
                SegmentFile.Run run = files.get(i).derivedRun(runs[i]);
                first = Math.min(first, run.firstRevision());
                last = Math.max(last, run.lastRevision());
            }
        }
        writer.derived(name, first, last);
        for (int i = 0; i < runs.length; i++) {
            if (runs[i] != GONE) {
                putEntries(files.get(i), files.get(i).derivedRun(runs[i]), places[i]);
            }
        }
    }

    private void putEntries(SegmentFile file, SegmentFile.Run run, int[] placed) {
        for (int i = 0; i < run.count(); i++) {
            int place = placed[file.placeOf(run, i)];
            if (place != GONE) {
                writer.entry(place, file.revision(run, i));
            }
        }
    }

    // ---- What is derived from a file's events

    /** A derived stream of a file: places of events, whose revisions follow one another. */
    private static final class Entries {
        private final long first;
        private int[] places = new int[4];
        private int count;

        Entries(long first) {
            this.first = first;
        }

        void add(int place) {
            if (count == places.length) {
                places = Arrays.copyOf(places, count * 2);
            }
            places[count++] = place;
        }
    }

    /** Writes the same file with what is derived from its events; whoever calls finishes it. */
    static void project(
            SegmentWriter writer,
            SegmentFile file,
            EventLog.Projecting projecting,
            StreamTable names)
            throws IOException {
        SegmentMerge merge = new SegmentMerge(writer, List.of(file), _ -> true);
        merge.putEvents();
        merge.putOrder();
        Map<Integer, Entries> all = new HashMap<>();
        for (int index = 0; index < file.count(); index++) {
            int place = file.order(index);
            projecting.project(
                    file.event(place),
                    (derived, revision) ->
                            all.computeIfAbsent(derived, _ -> new Entries(revision))
                                    .add(merge.places[0][place]));
        }
        Map<byte[], Entries> byName = new TreeMap<>(Arrays::compareUnsigned);
        all.forEach((derived, entries) -> byName.put(names.nameText(derived), entries));
        byName.forEach((name, entries) -> put(writer, name, entries));
    }

    private static void put(SegmentWriter writer, byte[] name, Entries entries) {
        writer.derived(name, entries.first, entries.first + entries.count - 1);
        for (int i = 0; i < entries.count; i++) {
            writer.entry(entries.places[i], entries.first + i);
        }
    }
}
