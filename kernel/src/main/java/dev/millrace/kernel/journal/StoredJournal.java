package dev.millrace.kernel.journal;

import dev.millrace.kernel.memory.Memory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A journal that no node has open: in a backup, or in a data directory at rest. Opening it checks
 * every frame, and changes nothing.
 */
public final class StoredJournal implements AutoCloseable {
    private static final String SAVED = ".cut";

    private final Disk disk;
    private final Survey survey;

    private StoredJournal(Disk disk, Survey survey) {
        this.disk = disk;
        this.survey = survey;
    }

    /**
     * Opens it for reading; the disk may be one that cannot be written.
     *
     * @throws CorruptJournalException if it is of a newer format
     */
    public static StoredJournal open(Disk disk) throws IOException {
        return new StoredJournal(disk, Survey.of(disk, Survey.Access.READ));
    }

    /** Opens it for {@link #cut}. */
    public static StoredJournal openToRepair(Disk disk) throws IOException {
        return new StoredJournal(disk, Survey.of(disk, Survey.Access.WRITE));
    }

    /** What is wrong with it. A torn tail is not. */
    public Optional<Damage> damage() {
        return Optional.ofNullable(survey.damage());
    }

    /** The lowest position it holds, or the one behind {@link #end} if it holds none. */
    public long first() {
        List<Segment> holding = survey.holding();
        return holding.isEmpty() ? survey.end() + 1 : holding.getFirst().firstPosition;
    }

    /** The position of the last whole record before any damage, 0 if there is none. */
    public long end() {
        return survey.end();
    }

    /** The last time that its clock shows, ms since 1970; 0 if it shows none. */
    public long lastMillis() {
        return survey.lastMillis();
    }

    /**
     * The last position behind {@code after} that was appended at or before a time, as far as the
     * clock tells, which is to 100 ms: records that followed its last mark before {@code millis} by
     * less are counted in. If the clock was set back, the first time it passed {@code millis}
     * counts.
     */
    public long endAt(long millis, long after) {
        long last = survey.end();
        boolean inRecord = false;
        for (Segment segment : survey.holding()) {
            for (long at = Segment.HEADER_BYTES; at < segment.used; ) {
                long frame = segment.address(at);
                long position = Frame.position(frame, segment.salt());
                boolean later =
                        !inRecord
                                && Clock.at(frame)
                                && Clock.millis(Frame.body(frame)) > millis
                                && position > after;
                if (later) {
                    return position - 1;
                }
                inRecord = Frame.more(frame) || inRecord && Frame.filler(frame);
                at += Frame.bytes(Frame.bodyBytes(frame));
            }
        }
        return last;
    }

    /**
     * Copies the records in {@code (after, until]} to another disk, in whole segments at the front.
     */
    public void copy(Disk to, long after, long until, Progress progress) throws IOException {
        List<Segment> parts = new ArrayList<>(survey.holding());
        parts.removeIf(part -> part.lastPosition <= after || part.firstPosition > until);
        Meter meter =
                new Meter(progress, parts.stream().mapToLong(part -> upTo(part, until)).sum());
        for (Segment part : parts) {
            SegmentCopy.copy(disk, part, upTo(part, until), to, meter);
        }
    }

    /** The offset behind the last frame up to a position. */
    private static long upTo(Segment segment, long until) {
        if (segment.lastPosition <= until) {
            return segment.used;
        }
        long at = Segment.HEADER_BYTES;
        while (Frame.position(segment.address(at), segment.salt()) <= until) {
            at += Frame.bytes(Frame.bodyBytes(segment.address(at)));
        }
        return at;
    }

    /**
     * Cuts it off behind {@link #end}. What is cut off is saved beside before anything is changed.
     *
     * @return the names of the files it is saved in
     */
    public List<String> cut() throws IOException {
        List<String> saved = new ArrayList<>();
        for (Segment segment : survey.holding()) {
            long end = segment.dataEnd();
            if (end > segment.used) {
                saved.add(save(segment, segment.used, end));
            }
        }
        for (Segment segment : survey.all()) {
            if (survey.holds(segment)) {
                if (segment.used < segment.bytes) {
                    segment.file.truncate(segment.used);
                }
            } else if (segment.zerosFrom(0) == segment.bytes) {
                segment.close();
                disk.delete(segment.name());
            } else {
                String name = freeName(segment.name() + SAVED);
                segment.close();
                disk.rename(segment.name(), name);
                saved.add(name);
            }
        }
        return saved;
    }

    private String save(Segment segment, long from, long end) throws IOException {
        String name = freeName(String.format(Locale.ROOT, "%s.%d%s", segment.name(), from, SAVED));
        try (Disk.Output out = disk.write(name)) {
            out.write(Memory.buffer(segment.address(from), end - from));
            out.force();
        }
        return name;
    }

    private String freeName(String wished) throws IOException {
        List<String> taken = disk.list();
        String name = wished;
        for (int i = 2; taken.contains(name); i++) {
            name = wished + "." + i;
        }
        return name;
    }

    @Override
    public void close() throws IOException {
        survey.close();
    }
}
