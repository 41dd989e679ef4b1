package dev.millrace.events.log;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;

/**
 * Makes files anew, one job at a time, on a thread of its own:
 *
 * <ul>
 *   <li>A <b>merge</b> makes one file of several that follow one another, so that there are few,
 *       whatever the log's length: who looks for a stream looks into each. Files are of tiers, by
 *       their size: {@value #FAN} of a tier become one of the next, so that an event is written
 *       three times more at most, and a file that has half of what one may have is left alone.
 *   <li>A <b>scavenge</b> makes every file anew that has events which nobody can read any more,
 *       without these. What remains keeps its position and its revision.
 * </ul>
 *
 * <p>A file that is made of others takes their place in one moment, under the lock. The others stay
 * on the disk until a checkpoint that does not list them is complete, and in memory until nobody
 * reads them. Files whose events are in memory too are left alone.
 *
 * <p>Under the lock of the log, but for what runs on its thread.
 */
final class Compaction {
    static final int FAN = 8;
    private static final long FILE_BYTES_MAX = 1 << 30;
    private static final int FILE_EVENTS_MAX = 1 << 20;

    /** The tier of files that are left alone. */
    private static final int FULL = 3;

    /** So many streams are looked up while the lock is held. */
    private static final int STREAMS_AT_ONCE = 1_024;

    /** What is to be made one file. */
    private record Job(List<Segment> segments, List<SegmentFile> files, boolean scavenges) {}

    private final EventLog log;
    private final ReentrantLock lock;
    private final int segmentBytes;
    private Executor executor = Runnable::run;
    private boolean serves;
    private boolean busy;
    private IntFunction<Kept> kept = stream -> new Kept(0, 0);
    private boolean scavenging;

    /** The position from which on files are to be scavenged, and the last one. */
    private long scavengeFrom;

    private long scavengeEnd;
    private int files;
    private int filesDone;
    private long events;
    private long bytes;
    private String failure = "";

    Compaction(EventLog log, ReentrantLock lock, int segmentBytes) {
        this.log = log;
        this.lock = lock;
        this.segmentBytes = segmentBytes;
    }

    /** From now on it works. */
    void serve(Executor executor) {
        this.executor = executor;
        this.serves = true;
        consider();
    }

    /** No further job begins. */
    void stop() {
        serves = false;
    }

    /** Begins the next job, if there is one and none runs. */
    void consider() {
        if (busy || !serves) {
            return;
        }
        Job job = scavenging ? nextOfScavenge() : nextMerge();
        if (job != null) {
            busy = true;
            job.files.forEach(SegmentFile::hold);
            executor.execute(() -> run(job));
        }
    }

    // ---- Merges

    private @Nullable Job nextMerge() {
        List<Segment> cold = log.cold();
        for (int tier = 0; tier < FULL; tier++) {
            int from = 0;
            for (int i = 0; i <= cold.size(); i++) {
                if (i == cold.size() || tier(cold.get(i).needFile()) > tier) {
                    Job job = i - from < FAN ? null : merge(cold.subList(from, i));
                    if (job != null) {
                        return job;
                    }
                    from = i + 1;
                }
            }
        }
        return null;
    }

    private int tier(SegmentFile file) {
        if (file.count() >= FILE_EVENTS_MAX / 2 || file.eventBytes() >= FILE_BYTES_MAX / 2) {
            return FULL;
        }
        int tier = 0;
        for (long most = 4L * segmentBytes; file.eventBytes() >= most && tier < FULL - 1; ) {
            most *= FAN;
            tier++;
        }
        return tier;
    }

    /** The first of some, as many as may become one; null if that is fewer than two. */
    private static @Nullable Job merge(List<Segment> some) {
        List<Segment> taken = new ArrayList<>();
        long takenBytes = 0;
        long takenEvents = 0;
        for (Segment segment : some) {
            SegmentFile file = segment.needFile();
            takenBytes += file.eventBytes();
            takenEvents += file.count();
            boolean fits =
                    takenBytes <= FILE_BYTES_MAX
                            && takenEvents <= FILE_EVENTS_MAX
                            && file.isProjected() == some.getFirst().needFile().isProjected()
                            && file.last() - some.getFirst().first() <= Integer.MAX_VALUE;
            if (!fits || taken.size() == FAN) {
                break;
            }
            taken.add(segment);
        }
        return taken.size() < 2 ? null : job(taken, false);
    }

    private static Job job(List<Segment> segments, boolean scavenges) {
        return new Job(segments, segments.stream().map(Segment::needFile).toList(), scavenges);
    }

    // ---- Scavenges

    /**
     * Begins a scavenge.
     *
     * @param kept what is left of a stream, asked under the lock
     * @return false if one is running
     */
    boolean scavenge(IntFunction<Kept> kept) {
        if (scavenging) {
            return false;
        }
        this.kept = kept;
        List<Segment> cold = log.cold();
        scavenging = true;
        scavengeFrom = 0;
        scavengeEnd = cold.isEmpty() ? -1 : cold.getLast().first();
        files = cold.size();
        filesDone = 0;
        events = 0;
        bytes = 0;
        failure = "";
        consider();
        endScavenge();
        return true;
    }

    private @Nullable Job nextOfScavenge() {
        for (Segment segment : log.cold()) {
            if (segment.first() >= scavengeFrom && segment.first() <= scavengeEnd) {
                return job(List.of(segment), true);
            }
        }
        return null;
    }

    private void endScavenge() {
        if (scavenging && !busy && nextOfScavenge() == null) {
            scavenging = false;
            files = filesDone;
            consider();
        }
    }

    EventLog.Scavenged scavenged() {
        return new EventLog.Scavenged(scavenging, files, filesDone, events, bytes, failure);
    }

    // ---- On the thread

    private void run(Job job) {
        SegmentFile made = null;
        IOException failed = null;
        try {
            made =
                    job.scavenges
                            ? scavenged(job.files.getFirst())
                            : log.merged(job.files, _ -> true);
        } catch (IOException unwritable) {
            failed = unwritable;
        } catch (RuntimeException | Error damaged) {
            log.listener().broken(damaged);
            return;
        }
        lock.lock();
        try {
            ended(job, made, failed);
        } finally {
            lock.unlock();
        }
        if (failed != null) {
            log.listener().uncompacted(failed);
        }
    }

    private void ended(Job job, @Nullable SegmentFile made, @Nullable IOException failed) {
        busy = false;
        job.files.forEach(SegmentFile::letGo);
        if (made != null) {
            log.replace(job.segments, made);
        }
        if (job.scavenges) {
            count(job.files.getFirst(), made, failed);
        }
        if (failed == null) {
            consider();
        }
        endScavenge();
    }

    private void count(
            SegmentFile before, @Nullable SegmentFile made, @Nullable IOException failed) {
        if (failed != null) {
            // A merge that comes sooner or later may have it; nobody waits for a disk that is full.
            failure = String.valueOf(failed.getMessage());
            scavengeFrom = Long.MAX_VALUE;
            return;
        }
        scavengeFrom = before.last() + 1;
        filesDone++;
        if (made != null) {
            events += before.count() - made.count();
            bytes += before.eventBytes() - made.eventBytes();
        }
    }

    /** The file without what is not to be read any more, or null if it has nothing of the kind. */
    private @Nullable SegmentFile scavenged(SegmentFile file) throws IOException {
        int[] streams = file.streams();
        Kept[] all = new Kept[streams.length];
        for (int from = 0; from < streams.length; from += STREAMS_AT_ONCE) {
            lock.lock();
            try {
                for (int i = from; i < Math.min(streams.length, from + STREAMS_AT_ONCE); i++) {
                    all[i] = kept.apply(streams[i]);
                }
            } finally {
                lock.unlock();
            }
        }
        boolean any = false;
        for (int i = 0; i < streams.length && !any; i++) {
            any = hasUnkept(file, streams[i], all[i]);
        }
        if (!any) {
            return null;
        }
        return log.merged(
                List.of(file),
                event -> all[Arrays.binarySearch(streams, Event.stream(event))].keeps(event));
    }

    /** Events of a stream are in the order of their revisions and of their times. */
    private static boolean hasUnkept(SegmentFile file, int stream, Kept kept) {
        SegmentFile.Run run = file.run(stream);
        return run != null
                && (run.firstRevision() < kept.first()
                        || kept.notBefore() > 0 && !kept.keeps(file.event(run, 0)));
    }
}
