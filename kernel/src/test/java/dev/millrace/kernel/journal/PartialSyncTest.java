package dev.millrace.kernel.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Each sync is of what came since the one before, and no other page. */
class PartialSyncTest {
    private static final SegmentJournal.Options SMALL =
            new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 2);
    private static final int SEEDS = 50;

    /** A power cut's worst: of what was not synced not a page is left. */
    private static final class Never extends Random {
        private static final long serialVersionUID = 1;

        @Override
        public boolean nextBoolean() {
            return false;
        }
    }

    @Test
    void all_that_was_synced_in_parts_is_there_after_the_worst_of_power_cuts() throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            FakeDisk disk = new FakeDisk();
            SegmentJournal journal = open(disk);
            Records records = new Records(journal);
            List<byte[]> synced = new ArrayList<>();
            List<byte[]> appended = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                byte[] content =
                        new byte[1 + random.nextInt(random.nextInt(20) == 0 ? 90_000 : 900)];
                random.nextBytes(content);
                records.append(content);
                appended.add(content);
                if (random.nextInt(4) == 0) {
                    journal.sync();
                    synced = List.copyOf(appended);
                }
            }
            disk.powerCut(new Never());
            List<byte[]> found = Records.read(open(disk), 0);
            assertEquals(synced.size(), found.size(), "seed " + seed);
            for (int i = 0; i < found.size(); i++) {
                assertArrayEquals(synced.get(i), found.get(i), "seed " + seed + ", record " + i);
            }
        }
    }

    private static SegmentJournal open(FakeDisk disk) throws IOException {
        return SegmentJournal.open(disk, SMALL, 0, 1_000_000, new Random(1));
    }
}
