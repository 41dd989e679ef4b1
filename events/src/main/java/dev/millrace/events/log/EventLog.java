package dev.millrace.events.log;

import dev.millrace.events.stream.StreamTable;
import dev.millrace.kernel.journal.Disk;
import dev.millrace.kernel.memory.Slabs;
import dev.millrace.kernel.shard.Checkpoint;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;

/**
 * All events, in the order of the log: segments of consecutive positions, of which the last one
 * grows. Sealed segments are written to files; the newest stay in memory too, as many as the memory
 * that was given to it holds, so that whoever reads near the end needs no disk.
 *
 * <p>Everything here is under the lock. The thread that writes files takes it when it is done,
 * never while it uses one.
 */
public final class EventLog {
    /** A segment is sealed before it has more than this, or holds one event that is longer. */
    public static final int SEGMENT_BYTES = 8 << 20;

    /** Files are made anew while so many times what they have is free. */
    private static final int ROOM_FACTOR = 2;

    /** With more of them than these, files are made of others whoever reads. */
    private static final int FILES_MAX = 256;

    /** So many pieces has a segment, for those who read in the order of the log. */
    private static final int PIECES = 4;

    /** The memory that pieces of files may take. */
    private static final long LOADED_BYTES_MAX = 64 << 20;

    /** Told on any thread. */
    public interface Listener {
        /** A file cannot be read, or what it has is damaged. */
        void broken(Throwable failure);

        /** A file cannot be written: its events stay in memory. */
        void unwritable(IOException failure);

        /** A file cannot be made of others: these stay. */
        void uncompacted(IOException failure);
    }

    /**
     * Who does what may wait for the disk.
     *
     * @param writer writes events that are in memory only, one file after another
     * @param reader reads
     * @param compactor makes files of others, at that pace
     */
    public record Workers(Executor writer, Executor reader, Executor compactor, Pace pace) {}

    /**
     * How far a scavenge has come; the last one, if none runs.
     *
     * @param files how many it looks into
     * @param events how many it has left out
     * @param bytes of these
     * @param failure why it was given up, or an empty text
     */
    public record Scavenged(
            boolean running, int files, int filesDone, long events, long bytes, String failure) {}

    /** A file that cannot be written then is tried again when the node serves. */
    private static final class Replaying implements Listener {
        @Override
        public void broken(Throwable failure) {
            throw new IllegalStateException(failure);
        }

        @Override
        public void unwritable(IOException failure) {
            // Its events stay in memory; serve() tries again, and tells the operator.
        }

        @Override
        public void uncompacted(IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** What is derived from an event that is in a file. */
    @FunctionalInterface
    public interface Projecting {
        /** Nothing is derived. */
        Projecting NOTHING = (event, sink) -> {};

        /** Tells of every derived stream that has the event, and with which revision. */
        void project(long event, Sink sink);

        /** Told of them. */
        @FunctionalInterface
        interface Sink {
            void isIn(int derived, long revision);
        }
    }

    /**
     * A file that another has taken the place of. It goes when a checkpoint that does not list it
     * is complete: the first that was begun afterwards, or a later one. Their positions alone do
     * not tell which: the checkpoint before may have the same.
     */
    private static final class Replaced {
        private final String name;
        private @Nullable Checkpoint without;

        Replaced(String name) {
            this.name = name;
        }

        boolean isForgotten(long position) {
            Checkpoint first = without;
            return first != null && (first.isComplete() || position > first.position());
        }
    }

    private final ReentrantLock lock;
    private final Disk disk;
    private final StreamTable streams;
    private final LinkForm links;
    private final long memoryBytes;
    private final int segmentBytes;
    private final Slabs slabs = new Slabs();
    private final List<Segment> segments = new ArrayList<>();
    private final ColdFiles files;

    private final List<Replaced> replaced = new ArrayList<>();
    private final Compaction compaction;

    private long end;
    private long hotBytes;
    private long unwrittenBytes;
    private int coldest;
    private long filesKnown;
    private long readsSeen;
    // While a replay runs files are written at once, so that it takes no more memory than serving.
    private Executor writer = Runnable::run;
    private Pace pace = Pace.FREE;
    private Listener listener = new Replaying();

    /**
     * @param streams whose events they are
     * @param memoryBytes for segments that are in files as well
     * @param segmentBytes {@link #SEGMENT_BYTES}, or less where little is to be many segments
     */
    public EventLog(
            ReentrantLock lock,
            Disk disk,
            StreamTable streams,
            long memoryBytes,
            int segmentBytes) {
        this.lock = lock;
        this.disk = disk;
        this.streams = streams;
        this.links = new LinkForm(streams);
        this.compaction = new Compaction(this, lock, segmentBytes);
        this.memoryBytes = memoryBytes;
        this.segmentBytes = segmentBytes;
        this.files = new ColdFiles(lock, LOADED_BYTES_MAX);
    }

    /** From now on files are written and read. */
    public void serve(Workers workers, Listener listener) throws IOException {
        this.writer = workers.writer;
        this.pace = workers.pace;
        this.listener = listener;
        files.serve(workers.reader, listener::broken);
        deleteStrangers();
        writeSealed();
        compaction.serve(workers.compactor);
    }

    /** No further file is made of others. */
    public void stopCompacting() {
        compaction.stop();
    }

    Listener listener() {
        return listener;
    }

    /** Files that earlier processes wrote after the checkpoint are written again. */
    private void deleteStrangers() throws IOException {
        Set<String> known = new HashSet<>();
        replaced.forEach(each -> known.add(each.name));
        for (Segment segment : segments) {
            SegmentFile file = segment.file();
            if (file != null) {
                known.add(file.name());
            }
        }
        for (String name : disk.list()) {
            if (SegmentFile.isName(name) && !known.contains(name)) {
                disk.delete(name);
            }
        }
    }

    ReentrantLock lock() {
        return lock;
    }

    ColdFiles files() {
        return files;
    }

    LinkForm links() {
        return links;
    }

    // ---- Appending

    /** The position of the last event, 0 if there is none. */
    public long end() {
        return end;
    }

    /**
     * Appends an event.
     *
     * @return its position
     */
    public long append(int stream, long revision, Event.Draft draft) {
        HotEvents tail = tail();
        if (tail == null || !tail.hasRoom(draft.bytes())) {
            if (tail != null) {
                seal();
            }
            tail = begin(draft.bytes());
        }
        tail.append(stream, revision, draft);
        return ++end;
    }

    /** The event that was appended last becomes part of a derived stream as well. */
    public void derive(int stream, long revision) {
        HotEvents tail = tail();
        if (tail == null) {
            throw new IllegalStateException("nothing was appended");
        }
        tail.derive(stream, revision);
    }

    private @Nullable HotEvents tail() {
        if (segments.isEmpty()) {
            return null;
        }
        Segment last = segments.getLast();
        return last.written ? null : last.hot();
    }

    private HotEvents begin(long bytes) {
        HotEvents made = new HotEvents(end + 1, slabs, Math.max(segmentBytes, bytes));
        segments.add(new Segment(made));
        hotBytes += made.capacity();
        return made;
    }

    /** The last segment grows no more; it is written soon. */
    private void seal() {
        if (tail() != null) {
            write(segments.getLast());
        }
    }

    private void writeSealed() {
        for (int i = 0; i < segments.size() - 1; i++) {
            if (!segments.get(i).written) {
                write(segments.get(i));
            }
        }
    }

    // ---- Files

    private void write(Segment segment) {
        HotEvents hot = segment.hot();
        if (hot == null) {
            return;
        }
        segment.written = true;
        segment.pin();
        unwrittenBytes += hot.capacity();
        writer.execute(() -> writeAside(segment, hot));
    }

    private void writeAside(Segment segment, HotEvents hot) {
        String name = SegmentFile.name(segment.first());
        SegmentFile made = null;
        IOException failure = null;
        try {
            made = write(hot, name);
        } catch (IOException failed) {
            failure = failed;
        }
        lock.lock();
        try {
            segment.unpin();
            unwrittenBytes -= hot.capacity();
            if (made != null) {
                segment.file(made);
                filesKnown++;
                cool();
                compaction.consider();
            } else {
                segment.written = false;
            }
        } finally {
            lock.unlock();
        }
        if (failure != null) {
            listener.unwritable(failure);
        }
    }

    private SegmentFile write(HotEvents hot, String name) throws IOException {
        int[] derived = hot.derivedStreams();
        byte[][] names = namesOf(derived);
        try (SegmentWriter writer = new SegmentWriter(disk, name, pieceBytes())) {
            hot.write(writer, derived, names);
            writer.finish(hot.first(), hot.first() + hot.count() - 1, streams.derives());
        }
        SegmentFile made = SegmentFile.open(disk, name);
        nameDerived(made);
        return made;
    }

    private byte[][] namesOf(int[] numbers) {
        byte[][] names = new byte[numbers.length][];
        for (int from = 0; from < names.length; from += SegmentFile.NAMES_AT_ONCE) {
            lock.lock();
            try {
                int to = Math.min(names.length, from + SegmentFile.NAMES_AT_ONCE);
                for (int i = from; i < to; i++) {
                    names[i] = streams.nameText(numbers[i]);
                }
            } finally {
                lock.unlock();
            }
        }
        return names;
    }

    /** Those who read all of it load so much at a time. */
    private long pieceBytes() {
        return segmentBytes / PIECES;
    }

    /** Before others see the file. Those who write files do it without the lock. */
    private void nameDerived(SegmentFile file) {
        if (streams.derives()) {
            file.nameDerived(streams, lock);
        }
    }

    /** Tries again what could not be written. */
    public void retry() {
        writeSealed();
    }

    /** Lets go of the memory of segments that are in files, the oldest first. */
    private void cool() {
        while (hotBytes > memoryBytes && coldest < segments.size() - 1) {
            Segment segment = segments.get(coldest);
            HotEvents hot = segment.hot();
            if (hot != null) {
                if (segment.file() == null || segment.isPinned()) {
                    return;
                }
                segment.cool();
                hotBytes -= hot.capacity();
                hot.free(slabs);
            }
            coldest++;
        }
    }

    /** True while the disk is so far behind that nobody should append more. */
    public boolean isCongested() {
        return unwrittenBytes > memoryBytes + 4L * segmentBytes;
    }

    // ---- Files that are made of others

    /** Segments that are in files only, which are consecutive, the oldest first. */
    List<Segment> cold() {
        return segments.subList(0, coldest).stream().toList();
    }

    /** Writes one file of some, with what is to be kept of them. Not under the lock. */
    SegmentFile merged(List<SegmentFile> sources, SegmentMerge.Keeping keeping) throws IOException {
        long needed = 0;
        boolean projected = true;
        for (SegmentFile source : sources) {
            needed += source.eventBytes();
            projected &= source.isProjected();
        }
        if (disk.freeBytes() < ROOM_FACTOR * needed) {
            throw new Disk.DiskFullException(
                    "free: "
                            + disk.freeBytes()
                            + " bytes (expected, to make a file anew: >= "
                            + ROOM_FACTOR * needed
                            + ")");
        }
        String name = sources.getFirst().nextName();
        try (SegmentWriter writer =
                new SegmentWriter(disk, name, pieceBytes(), pace, this::somebodyReads)) {
            SegmentMerge.write(writer, sources, keeping);
            writer.finish(sources.getFirst().first(), sources.getLast().last(), projected);
        }
        SegmentFile made = SegmentFile.open(disk, name);
        nameDerived(made);
        return made;
    }

    /**
     * True if files were read since this was asked, unless there are so many of them that everybody
     * is better off with fewer. On the compactor's thread.
     */
    private boolean somebodyReads() {
        lock.lock();
        try {
            long before = readsSeen;
            readsSeen = files.reads();
            return readsSeen != before && segments.size() < FILES_MAX;
        } finally {
            lock.unlock();
        }
    }

    /** A file that was made of those of some segments takes their place. */
    void replace(List<Segment> sources, SegmentFile made) {
        int at = segments.indexOf(sources.getFirst());
        segments.subList(at, at + sources.size()).clear();
        segments.add(at, new Segment(made));
        coldest -= sources.size() - 1;
        filesKnown++;
        for (Segment source : sources) {
            replaced.add(new Replaced(source.needFile().name()));
            source.needFile().retire();
        }
    }

    /**
     * Begins to make files anew without what nobody can read any more.
     *
     * @param kept what is to be left of a stream; asked under the lock
     * @return false if it is being done
     */
    public boolean scavenge(IntFunction<Kept> kept) {
        return compaction.scavenge(kept);
    }

    public Scavenged scavenged() {
        return compaction.scavenged();
    }

    /** How many files there are, but for those that others have taken the place of. */
    public int fileCount() {
        return (int) segments.stream().filter(segment -> segment.file() != null).count();
    }

    /** A checkpoint begins, which lists the files as they are now. */
    public void cut(Checkpoint checkpoint) {
        for (Replaced each : replaced) {
            if (each.without == null) {
                each.without = checkpoint;
            }
        }
    }

    /** A checkpoint at this position is complete: what only older ones list goes. */
    public void forget(long position) throws IOException {
        List<String> gone = new ArrayList<>();
        lock.lock();
        try {
            for (Replaced each : replaced) {
                if (each.isForgotten(position)) {
                    gone.add(each.name);
                }
            }
            replaced.removeIf(each -> gone.contains(each.name));
        } finally {
            lock.unlock();
        }
        for (String name : gone) {
            disk.delete(name);
        }
    }

    // ---- For cursors

    /**
     * A place in a stream; {@code ready} is run on another thread when what it waited for is there.
     */
    public StreamCursor read(int stream, long from, boolean forward, Runnable ready) {
        return new StreamCursor(this, stream, from, forward, ready);
    }

    /** A place in the whole log. */
    public AllCursor readAll(long from, boolean forward, Runnable ready) {
        return new AllCursor(this, from, forward, ready);
    }

    /** The segment of a position, or of the nearest one before that there is. */
    @Nullable Segment segmentOf(long position) {
        int index = indexOf(position);
        return index < 0 ? null : segments.get(index);
    }

    private int indexOf(long position) {
        int low = 0;
        int high = segments.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (segments.get(middle).first() <= position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    /** The event in memory that has this revision of a stream, 0 if there is none. */
    long hot(int stream, long revision) {
        for (int i = segments.size() - 1; i >= coldest; i--) {
            HotEvents hot = segments.get(i).hot();
            if (hot == null) {
                continue;
            }
            Runs runs = hot.runs(stream);
            int run = runs.find(stream);
            if (run < 0) {
                continue;
            }
            if (revision > runs.lastRevision(run)) {
                return 0; // What comes before has lesser ones only.
            }
            if (revision >= runs.firstRevision(run)) {
                return hot.at(runs.event(run, (int) (revision - runs.firstRevision(run))));
            }
        }
        return 0;
    }

    /** The next revision of a stream that is in memory, -1 if there is none. */
    long nextHot(int stream, long revision, boolean forward) {
        long found = -1;
        for (int i = coldest; i < segments.size(); i++) {
            HotEvents hot = segments.get(i).hot();
            if (hot == null) {
                continue;
            }
            Runs runs = hot.runs(stream);
            int run = runs.find(stream);
            if (run < 0) {
                continue;
            }
            if (forward && runs.lastRevision(run) >= revision) {
                return Math.max(revision, runs.firstRevision(run));
            }
            if (!forward && runs.firstRevision(run) <= revision) {
                found = Math.min(revision, runs.lastRevision(run));
            }
        }
        return found;
    }

    /** The files that have events of a stream, held. */
    ColdFiles.Files filesOf(int stream) {
        List<SegmentFile> having = new ArrayList<>();
        for (Segment segment : segments) {
            SegmentFile file = segment.file();
            if (file != null && file.has(stream)) {
                file.hold();
                having.add(file);
            }
        }
        return new ColdFiles.Files(having, filesKnown);
    }

    long filesKnown() {
        return filesKnown;
    }

    // ---- Checkpoints

    /** What a checkpoint is to have of a segment. */
    public sealed interface Image {
        /** It is in a file. */
        record InFile(String file) implements Image {}

        /** It is in memory, so many bytes of events from there; to be let go of. */
        record InMemory(long first, long address, long bytes, Runnable letGo) implements Image {}
    }

    /** Every segment as it is now. */
    public List<Image> images() {
        List<Image> all = new ArrayList<>();
        for (Segment segment : segments) {
            SegmentFile file = segment.file();
            HotEvents hot = segment.hot();
            if (file != null) {
                all.add(new Image.InFile(file.name()));
            } else if (hot != null) {
                segment.pin();
                all.add(
                        new Image.InMemory(
                                hot.first(), hot.address(), hot.used(), () -> letGo(segment)));
            }
        }
        return all;
    }

    private void letGo(Segment segment) {
        lock.lock();
        try {
            segment.unpin();
            cool();
            compaction.consider();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes back a segment that is in a file. If the file was written when nothing was derived, and
     * now something is, another takes its place.
     */
    public void restoreFile(String name, Projecting projecting) throws IOException {
        SegmentFile file = SegmentFile.open(disk, name);
        if (streams.derives() && !file.isProjected()) {
            file = projected(file, projecting);
        }
        nameDerived(file);
        segments.add(new Segment(file));
        filesKnown++;
        coldest = segments.size();
        end = file.last();
    }

    private SegmentFile projected(SegmentFile file, Projecting projecting) throws IOException {
        String name = file.nextName();
        try (SegmentWriter writer = new SegmentWriter(disk, name, pieceBytes())) {
            SegmentMerge.project(writer, file, projecting, streams);
            writer.finish(file.first(), file.last(), true);
        }
        file.retire();
        replaced.add(new Replaced(file.name()));
        return SegmentFile.open(disk, name);
    }

    /** Takes back an event that was in memory. */
    public void restore(long event) {
        end = Event.position(event) - 1;
        append(Event.stream(event), Event.revision(event), Event.draft(event));
    }

    /** Closes every file; nobody reads any more. */
    public void close() throws IOException {
        files.close();
        for (Segment segment : segments) {
            SegmentFile file = segment.file();
            if (file != null) {
                file.close();
            }
        }
    }
}
