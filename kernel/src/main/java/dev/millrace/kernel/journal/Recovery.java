package dev.millrace.kernel.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Finds out, before a node starts, where its journal ends.
 *
 * <p>The log ends at the first frame that is not whole. Three causes are possible, and only two of
 * them may be cut off:
 *
 * <ul>
 *   <li>The process was killed. The page cache survived, so only the very last frame can be torn;
 *       nothing good stands behind it. Cut.
 *   <li>The power went. Pages that were never confirmed may be missing in any order, so good frames
 *       may stand behind a bad one; none of them claims (see {@link Clock}) that the bad one was
 *       durable. Cut: the sync policy allowed it.
 *   <li>The medium, or somebody's hand, changed what was there. Then good frames stand behind the
 *       bad one, and either this kernel has been running since they were written, or they claim that
 *       it was durable. Refuse, and name file and offset.
 * </ul>
 *
 * A record of several frames whose last is missing is cut from its first.
 */
final class Recovery {
    private Recovery() {}

    /**
     * @param segments whole segments that hold records, oldest first
     * @param end position of the last whole record, 0 if there is none
     * @param nextIndex of the next segment file
     */
    record Found(List<Segment.Sealed> segments, long end, long nextIndex) {}

    static long bootHash(Disk disk) {
        long hash = 0;
        for (char c : disk.bootId().toCharArray()) {
            hash = hash * 31 + c;
        }
        return hash;
    }

    static Found recover(Disk disk) throws IOException {
        List<Long> indexes =
                disk.list().stream()
                        .map(Segment::indexOf)
                        .filter(index -> index >= 0)
                        .sorted(Comparator.naturalOrder())
                        .toList();
        List<Segment> segments = new ArrayList<>();
        try {
            for (long index : indexes) {
                segments.add(new Segment(index, disk.open(Segment.name(index))));
            }
            return new Walk(disk, segments).walk();
        } finally {
            for (Segment segment : segments) {
                segment.close();
            }
        }
    }

    /** The walk through all segments, with what it has learned so far. */
    private static final class Walk {
        private final Disk disk;
        private final List<Segment> segments;
        private final List<Segment> kept = new ArrayList<>();

        /** Position of the last frame seen; -1 before the first segment says where it starts. */
        private long last = -1;

        /** Where the record began whose frames have not ended yet; -1 while none is open. */
        private int openSegment = -1;

        private long openOffset;
        private long openPosition;

        Walk(Disk disk, List<Segment> segments) {
            this.disk = disk;
            this.segments = segments;
        }

        Found walk() throws IOException {
            long nextIndex = segments.isEmpty() ? 0 : segments.getLast().index + 1;
            for (int i = 0; i < segments.size(); i++) {
                Segment segment = segments.get(i);
                boolean whole = switch (segment.readHeader(disk)) {
                    case WHOLE -> follows(segment) && frames(i, segment);
                    case UNUSED -> false;
                    case BROKEN -> false;
                };
                if (!whole) {
                    long offset = segment.used;
                    refuseIfGoodBehind(i, offset);
                    break;
                }
            }
            cutOpenRecord();
            List<Segment.Sealed> result = new ArrayList<>();
            for (Segment segment : segments) {
                boolean holds = kept.contains(segment) && segment.lastPosition >= segment.firstPosition;
                if (holds) {
                    if (segment.used < segment.bytes) {
                        Segment.Sealed sealed = segment.sealed();
                        segment.file.truncate(sealed.used());
                    }
                    result.add(segment.sealed());
                } else {
                    segment.close();
                    disk.delete(segment.name());
                }
            }
            return new Found(result, Math.max(last, 0), nextIndex);
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

        /** Walks the frames of a segment; true if the log may go on in the next one. */
        private boolean frames(int index, Segment segment) {
            kept.add(segment);
            while (segment.used < segment.bytes) {
                long at = segment.address(segment.used);
                if (!Frame.good(at, segment.left()) || Frame.position(at) != last + 1) {
                    break;
                }
                last++;
                if (Frame.more(at) && openSegment < 0) {
                    openSegment = index;
                    openOffset = segment.used;
                    openPosition = last;
                } else if (!Frame.more(at)) {
                    openSegment = -1;
                }
                segment.lastPosition = last;
                segment.used += Frame.bytes(Frame.bodyBytes(at));
            }
            // The piece a rollover leaves is zeros; anything else is a frame that is not whole.
            return segment.zerosFrom(segment.used) == segment.bytes;
        }

        private void refuseIfGoodBehind(int index, long offset) {
            for (int i = index; i < segments.size(); i++) {
                Segment segment = segments.get(i);
                long from = i == index ? offset : Segment.HEADER_BYTES;
                for (long at = from & ~7L; at < segment.bytes; at += 8) {
                    at = segment.zerosFrom(at) & ~7L;
                    if (at >= segment.bytes) {
                        break;
                    }
                    boolean good =
                            Frame.good(segment.address(at), segment.bytes - at)
                                    && Frame.position(segment.address(at)) > last;
                    if (good) {
                        judge(index, offset, segment, at);
                    }
                }
            }
        }

        private void judge(int index, long offset, Segment behind, long goodOffset) {
            Segment broken = segments.get(index);
            long frame = behind.address(goodOffset);
            boolean samePower = bootHash(disk) == behind.bootHash();
            boolean wasDurable =
                    Clock.is(Frame.body(frame), Frame.bodyBytes(frame))
                            && Clock.durable(Frame.body(frame)) > last;
            if (samePower || wasDurable) {
                throw new CorruptJournalException(
                        broken.where(disk, offset)
                                + "the frame is damaged, and good ones stand behind it (the first at "
                                + behind.name()
                                + " offset "
                                + goodOffset
                                + "): this is no torn tail. Restore a backup, or cut the journal"
                                + " here with 'millrace repair' and lose what stands behind");
            }
        }

        private void cutOpenRecord() {
            if (openSegment < 0) {
                return;
            }
            Segment first = segments.get(openSegment);
            first.used = openOffset;
            first.lastPosition = openPosition - 1;
            last = openPosition - 1;
            kept.removeAll(segments.subList(openSegment + 1, segments.size()));
        }
    }
}
