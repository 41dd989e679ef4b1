package dev.millrace.kernel.journal;

import java.io.IOException;
import java.util.ArrayList;
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
 *       bad one, and either this kernel has been running since they were written, or they claim
 *       that it was durable. Refuse, and name file and offset.
 * </ul>
 *
 * A record of several frames whose last is missing is cut from its first.
 *
 * <p><b>What is kept is made durable,</b> for from here on it is served as such. A killed process
 * may have left it unsynced; and one that ended after a failed sync, in pages that the kernel takes
 * for written. So every segment with frames that no clock claims to be durable is written once
 * more, and synced. The files are brought to their ends from the last to the first: a process that
 * is killed meanwhile leaves the front of the same log.
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
        try (Survey survey = Survey.of(disk, Survey.Access.WRITE)) {
            Damage damage = survey.damage();
            if (damage != null) {
                throw new CorruptJournalException(
                        damage.text()
                                + ". Restore a backup, or cut the journal here with 'millrace"
                                + " repair' and lose what stands behind");
            }
            return cut(disk, survey);
        }
    }

    /** Brings the files to what the survey keeps of them. */
    private static Found cut(Disk disk, Survey survey) throws IOException {
        List<Segment.Sealed> result = new ArrayList<>();
        for (Segment segment : survey.all().reversed()) {
            if (survey.holds(segment)) {
                keep(segment, survey.claimed());
                result.addFirst(segment.sealed());
            } else {
                segment.close();
                disk.delete(segment.name());
            }
        }
        return new Found(result, survey.end(), survey.nextIndex());
    }

    private static void keep(Segment segment, long claimed) throws IOException {
        boolean doubtful = segment.lastPosition > claimed;
        if (doubtful) {
            segment.file.rewrite(segment.used);
        }
        if (segment.used < segment.bytes) {
            segment.file.truncate(segment.used);
        } else if (doubtful) {
            segment.force(segment.bytes);
        }
    }
}
