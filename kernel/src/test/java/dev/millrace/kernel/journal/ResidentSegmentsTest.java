package dev.millrace.kernel.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Which segments take memory of the process's: as Linux tells it of its mappings. */
class ResidentSegmentsTest {
    private static final SegmentJournal.Options OPTIONS =
            new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 1);

    private static final Path MAPPINGS = Path.of("/proc/self/smaps");
    private static final int KIB = 1024;

    @Test
    void a_spare_takes_no_memory_until_segments_fill(@TempDir Path directory) throws IOException {
        try (SegmentJournal journal =
                SegmentJournal.open(new FileDisk(directory), OPTIONS, 0, 1, new Random(1))) {
            journal.prepareSpace();
            assertEquals(
                    OPTIONS.segmentBytes(), residentBytes(directory.resolve("0000000000.seg")));
            assertEquals(0, residentBytes(directory.resolve("0000000001.seg")));
            fillOne(journal);
            journal.prepareSpace();
            assertEquals(
                    OPTIONS.segmentBytes(), residentBytes(directory.resolve("0000000001.seg")));
            assertEquals(
                    OPTIONS.segmentBytes(), residentBytes(directory.resolve("0000000002.seg")));
        }
    }

    private static void fillOne(SegmentJournal journal) {
        Records records = new Records(journal);
        for (long left = OPTIONS.segmentBytes(); left > 0; left -= 10_000) {
            records.append(new byte[10_000]);
        }
    }

    private static long residentBytes(Path file) throws IOException {
        long kibibytes = -1;
        boolean its = false;
        for (String line : Files.readAllLines(MAPPINGS)) {
            if (line.endsWith(file.toString())) {
                its = true;
            } else if (its && line.startsWith("Rss:")) {
                kibibytes = Long.parseLong(line.replaceAll("[^0-9]", ""));
                its = false;
            }
        }
        return kibibytes * KIB;
    }
}
