package dev.millrace.kernel.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.admin.Health;
import dev.millrace.kernel.journal.FakeDisk;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.log.Log;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

class JournalWatchTest {
    private static final long LOW_WATER_BYTES = 10 << 20;

    private final FakeDisk disk = new FakeDisk();
    private final Health health = new Health();
    private final List<String> lines = new ArrayList<>();
    private SegmentJournal journal = open();
    private JournalWatch watch = watch();

    /** Keeps what is written to it. */
    private final class ListLog implements Log {
        @Override
        public boolean writes(Level level) {
            return true;
        }

        @Override
        public void write(Level level, String event, Object... fields) {
            lines.add(level + " " + event);
        }

        @Override
        public Log in(String room) {
            return this;
        }
    }

    private SegmentJournal open() {
        try {
            return SegmentJournal.open(
                    disk,
                    new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 2),
                    0,
                    1_000_000,
                    new Random(1));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private JournalWatch watch() {
        return new JournalWatch(journal, LOW_WATER_BYTES, health, new ListLog());
    }

    @BeforeEach
    void listen() {
        journal.listen(watch);
    }

    private void fill() {
        disk.capacity(disk.usedBytes());
        Notebook notebook = new Notebook();
        try {
            while (true) {
                notebook.note(journal, "x".repeat(10_000), 1_000_000);
            }
        } catch (IllegalStateException full) {
            assertEquals(Journal.State.FULL, journal.state());
        }
    }

    @Test
    void a_full_journal_is_unready_and_ready_again_when_there_is_room() {
        fill();
        watch.look();
        assertFalse(health.isReady());
        assertTrue(String.valueOf(health.reasons().get("journal")).startsWith("full: "));
        disk.capacity(Long.MAX_VALUE);
        journal.prepareSpace();
        watch.look();
        assertTrue(health.isReady());
    }

    @Test
    void a_failed_journal_stays_unready() {
        new Notebook().note(journal, "one", 1_000_000);
        disk.failForces();
        journal.sync();
        assertTrue(String.valueOf(health.reasons().get("journal")).startsWith("failed: sync"));
        disk.processKilled();
        journal.prepareSpace();
        watch.look();
        assertFalse(health.isReady());
        assertEquals(1, lines.size(), lines.toString());
    }

    @Test
    void little_room_is_warned_of_once_each_time_it_becomes_so() {
        watch.look();
        assertEquals(List.of(), lines);
        for (int round = 0; round < 2; round++) {
            disk.capacity(disk.usedBytes() + LOW_WATER_BYTES - 1);
            watch.look();
            watch.look();
            disk.capacity(disk.usedBytes() + LOW_WATER_BYTES);
            watch.look();
            watch.look();
        }
        String warning =
                "WARN little room for the journal: writers are slowed; make room, or writes will be"
                        + " refused";
        String relief = "INFO enough room for the journal again";
        assertEquals(List.of(warning, relief, warning, relief), lines);
    }

    @Test
    void the_less_room_there_is_the_more_writers_are_slowed() {
        watch.look();
        assertEquals(0, journal.pushBackMillis());
        long before = 0;
        for (int tenths = 9; tenths >= 0; tenths--) {
            disk.capacity(disk.usedBytes() + LOW_WATER_BYTES * tenths / 10);
            watch.look();
            long millis = journal.pushBackMillis();
            assertTrue(millis > before, tenths + " tenths: " + millis);
            before = millis;
        }
        assertEquals(JournalWatch.PUSH_BACK_MILLIS_MAX, before);
        assertEquals(10, journal.pushedBack());
        assertTrue(health.isReady());
        assertTrue(health.warnings().containsKey("journal"), health.warnings().toString());
        disk.capacity(Long.MAX_VALUE);
        watch.look();
        assertEquals(0, journal.pushBackMillis());
        assertEquals(10, journal.pushedBack());
        assertEquals(Map.of(), health.warnings());
    }

    @Test
    void a_low_water_mark_of_zero_slows_nobody() {
        JournalWatch carefree = new JournalWatch(journal, 0, health, new ListLog());
        disk.capacity(disk.usedBytes());
        carefree.look();
        assertEquals(0, journal.pushBackMillis());
    }
}
