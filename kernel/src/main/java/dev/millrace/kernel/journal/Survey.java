package dev.millrace.kernel.journal;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Walks all frames of a journal that nobody writes, and finds where it ends and whether what stands
 * behind its end may be cut off; {@link Recovery} says why. It changes nothing.
 *
 * <p>Every frame's checksum and position is checked. After {@link #of} the segments are open until
 * {@link #close}.
 */
final class Survey implements AutoCloseable {

    private static final String UNSALTED = "the segment's header and its salt are damaged";

    private final Disk disk;
    private final List<Segment> segments;
    private final List<Segment> kept = new ArrayList<>();

    /** Position of the last frame seen; -1 before the first segment says where it starts. */
    private long last = -1;

    private long lastMillis;
    private long claimed;

    /** Where the record began whose frames have not ended yet; -1 while none is open. */
    private int openSegment = -1;

    private long openOffset;
    private long openPosition;
    private long openMillis;
    private @Nullable Damage damage;

    private Survey(Disk disk, List<Segment> segments) {
        this.disk = disk;
        this.segments = segments;
    }

    /** How the files are opened. */
    enum Access {
        READ,
        WRITE
    }

    static Survey of(Disk disk, Access access) throws IOException {
        List<Long> indexes =
                disk.list().stream()
                        .map(Segment::indexOf)
                        .filter(index -> index >= 0)
                        .sorted(Comparator.naturalOrder())
                        .toList();
        Survey survey = new Survey(disk, new ArrayList<>());
        try {
            for (long index : indexes) {
                String name = Segment.name(index);
                survey.segments.add(
                        new Segment(
                                index, access == Access.READ ? disk.read(name) : disk.open(name)));
            }
            survey.walk();
            return survey;
        } catch (IOException | RuntimeException failure) {
            survey.close();
            throw failure;
        }
    }

    /** All segment files, oldest first, also those that hold nothing. */
    List<Segment> all() {
        return segments;
    }

    /** True if the segment holds whole records; they end at its {@code used}. */
    boolean holds(Segment segment) {
        return kept.contains(segment) && segment.lastPosition >= segment.firstPosition;
    }

    /** The segments that hold whole records, oldest first. */
    List<Segment> holding() {
        return segments.stream().filter(this::holds).toList();
    }

    /** Position of the last whole record, 0 if there is none. */
    long end() {
        return Math.max(last, 0);
    }

    /** The time that the journal's clock showed last, ms since 1970; 0 if it holds no clock. */
    long lastMillis() {
        return lastMillis;
    }

    /** Up to here the journal's clock says that all was durable when it was written. */
    long claimed() {
        return claimed;
    }

    /** Of the next segment file. */
    long nextIndex() {
        return segments.isEmpty() ? 0 : segments.getLast().index + 1;
    }

    /** What forbids to cut off what stands behind the end; null if nothing does. */
    @Nullable Damage damage() {
        return damage;
    }

    private void walk() {
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            String wrong =
                    switch (segment.readHeader(disk)) {
                        case WHOLE -> follows(segment) ? frames(i, segment) : gap(segment);
                        case UNUSED -> "the segment is empty";
                        case BROKEN -> "the segment's header is damaged";
                        case UNSALTED -> UNSALTED;
                    };
            if (!wrong.isEmpty()) {
                judge(i, segment.used, wrong);
                break;
            }
        }
        cutOpenRecord();
    }

    private boolean follows(Segment segment) {
        if (last >= 0 && segment.firstPosition != last + 1) {
            return false;
        }
        if (last < 0) {
            last = segment.firstPosition - 1;
        }
        return true;
    }

    private String gap(Segment segment) {
        return "the segment starts at position "
                + segment.firstPosition
                + " (expected: "
                + (last + 1)
                + ")";
    }

    /** Walks the frames of a segment; empty if the log may go on in the next one. */
    private String frames(int index, Segment segment) {
        kept.add(segment);
        while (segment.used < segment.bytes) {
            long at = segment.address(segment.used);
            boolean next =
                    Frame.good(at, segment.left(), segment.salt())
                            && Frame.position(at, segment.salt()) == last + 1;
            if (!next) {
                break;
            }
            last++;
            if (!Frame.filler(at)) {
                frame(index, segment.used, at);
            }
            segment.lastPosition = last;
            segment.used += Frame.bytes(Frame.bodyBytes(at));
        }
        // The piece a rollover leaves is zeros; anything else is a frame that is not whole.
        boolean zeros = segment.zerosFrom(segment.used) == segment.bytes;
        return zeros ? "" : "the frame is damaged";
    }

    /** Notes what a frame means for where records end, and for the time. */
    private void frame(int index, long offset, long at) {
        boolean opens = Frame.more(at) && openSegment < 0;
        if (openSegment < 0 && Clock.at(at)) {
            lastMillis = Clock.millis(Frame.body(at));
            long durable = Clock.durable(Frame.body(at));
            // A clock that is lost itself is no loss.
            claimed = Math.max(claimed, durable == last - 1 ? last : durable);
        }
        if (opens) {
            openSegment = index;
            openOffset = offset;
            openPosition = last;
            openMillis = lastMillis;
        } else if (!Frame.more(at)) {
            openSegment = -1;
        }
    }

    // ---- What stands behind

    private void judge(int index, long offset, String wrong) {
        boolean sameBoot = bootedSince(index);
        boolean convicted = false;
        long goodFrames = 0;
        long positionsMost = 0;
        String firstGood = "";
        for (int i = index; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            boolean whole = segment.readHeader(disk) == Segment.Header.WHOLE;
            positionsMost += segment.bytes / Frame.HEADER_BYTES;
            sameBoot |= whole && segment.bootHash() == Recovery.bootHash(disk);
            long at = i == index ? offset & ~7L : Segment.HEADER_BYTES;
            while (segment.bytes - at >= Frame.HEADER_BYTES) {
                if (!goodBehind(segment, at, whole, positionsMost)) {
                    at = segment.zerosFrom(at + 8) & ~7L;
                    continue;
                }
                long frame = segment.address(at);
                goodFrames++;
                firstGood = firstGood.isEmpty() ? segment.name() + " offset " + at : firstGood;
                convicted |= sameBoot && !disk.bootId().isEmpty() || claimsDurable(frame);
                at += Frame.bytes(Frame.bodyBytes(frame));
            }
        }
        convicted |= goodFrames == 0 && unreadable(segments.get(index), wrong);
        if (convicted) {
            String where = segments.get(index).where(disk, offset);
            damage = new Damage(where, wrong, goodFrames, firstGood);
        }
    }

    /**
     * True if a segment up to this one was begun since the machine was booted: so were all later.
     */
    private boolean bootedSince(int index) {
        return segments.subList(0, index).stream()
                .anyMatch(segment -> segment.bootHash() == Recovery.bootHash(disk));
    }

    /**
     * The position is looked at first: to sum up a megabyte for every stray word takes hours.
     *
     * @param positionsMost how many positions the files from the bad frame to here can hold
     */
    private boolean goodBehind(Segment segment, long offset, boolean whole, long positionsMost) {
        long at = segment.address(offset);
        long position = Frame.position(at, segment.salt());
        boolean plausible =
                whole
                        ? position >= segment.firstPosition
                                && position - segment.firstPosition
                                        < segment.bytes / Frame.HEADER_BYTES
                        : last < 0 || position - last <= positionsMost;
        return position > last
                && plausible
                && Frame.good(at, segment.bytes - offset, segment.salt());
    }

    /** A power cut does not take a salt: whatever stands behind none was damaged otherwise. */
    private static boolean unreadable(Segment segment, String wrong) {
        return wrong.equals(UNSALTED) && segment.zerosFrom(Segment.HEADER_BYTES) < segment.bytes;
    }

    private boolean claimsDurable(long frame) {
        return Clock.at(frame) && Clock.durable(Frame.body(frame)) > last;
    }

    private void cutOpenRecord() {
        if (openSegment < 0) {
            return;
        }
        Segment first = segments.get(openSegment);
        first.used = openOffset;
        first.lastPosition = openPosition - 1;
        last = openPosition - 1;
        lastMillis = openMillis;
        kept.removeAll(segments.subList(openSegment + 1, segments.size()));
    }

    @Override
    public void close() throws IOException {
        for (Segment segment : segments) {
            segment.close();
        }
    }
}
