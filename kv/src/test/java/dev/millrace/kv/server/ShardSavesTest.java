package dev.millrace.kv.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.log.Log;
import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;
import dev.millrace.kv.session.Checkpoints;
import dev.millrace.kv.session.OnlineSaves;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

class ShardSavesTest {
    private final KvLanes kv = KvLanes.open(1);
    private final Held held = new Held();
    private final List<Boolean> told = new ArrayList<>();
    @TempDir private Path folder;

    @BeforeEach
    void checkpointsAreHeld() {
        kv.server().checkpoints(held);
    }

    @AfterEach
    void close() {
        kv.close();
    }

    private ShardSaves saves(Path file) {
        return new ShardSaves(kv.server(), kv.shard()::openNewest, file, Log.silent());
    }

    /** Checkpoints that end when the test says so. */
    private static final class Held implements Checkpoints {
        private final List<Consumer<Boolean>> running = new ArrayList<>();

        @Override
        public synchronized boolean begin(Consumer<Boolean> ended) {
            return running.isEmpty() && running.add(ended);
        }

        void end(boolean complete) {
            Consumer<Boolean> ended;
            synchronized (this) {
                ended = running.removeFirst();
            }
            ended.accept(complete);
        }

        @Override
        public synchronized boolean isRunning() {
            return !running.isEmpty();
        }

        @Override
        public boolean isLastComplete() {
            return true;
        }

        @Override
        public long completed() {
            return 0;
        }
    }

    @Test
    void it_is_told_when_the_file_is_there() {
        Path file = folder.resolve("dump.rdb");
        OnlineSaves saves = saves(file);
        assertTrue(saves.begin(told::add));
        assertFalse(saves.begin(told::add));
        assertTrue(saves.state().running());
        assertEquals(-1, saves.state().lastSeconds());
        held.end(true);
        assertEquals(List.of(true), told);
        assertTrue(Files.exists(file));
        assertFalse(saves.state().running());
        assertTrue(saves.state().lastEndedWell());
        assertEquals(1, saves.state().saved());
        assertEquals(-1, saves.state().currentSeconds());
    }

    @Test
    void changes_count_from_the_cut_of_the_last_good_one() {
        OnlineSaves saves = saves(folder.resolve("dump.rdb"));
        LaneClient client = kv.client(0);
        client.calls("SET a 1", "SET b 1");
        assertEquals(2, saves.state().changesSince());
        saves.begin(told::add);
        client.call("SET c 1");
        held.end(true);
        assertEquals(1, saves.state().changesSince());
        saves.begin(told::add);
        held.end(false);
        assertEquals(1, saves.state().changesSince());
    }

    @Test
    void it_waits_for_a_checkpoint_that_somebody_else_has_begun() {
        OnlineSaves saves = saves(folder.resolve("dump.rdb"));
        held.begin(complete -> {});
        assertTrue(saves.begin(told::add));
        kv.tick();
        assertTrue(saves.state().running());
        held.end(true);
        assertEquals(List.of(), told);
        kv.tick();
        held.end(true);
        assertEquals(List.of(true), told);
    }

    @Test
    void what_is_scheduled_begins_when_the_running_one_has_ended() {
        OnlineSaves saves = saves(folder.resolve("dump.rdb"));
        saves.begin(told::add);
        saves.schedule(told::add);
        kv.tick();
        held.end(true);
        assertEquals(List.of(true), told);
        kv.tick();
        held.end(true);
        assertEquals(List.of(true, true), told);
        assertEquals(2, saves.state().saved());
    }

    @Test
    void a_checkpoint_that_is_given_up_or_a_folder_that_is_not_there_fails_it() {
        OnlineSaves saves = saves(folder.resolve("missing/dump.rdb"));
        saves.begin(told::add);
        held.end(false);
        saves.begin(told::add);
        held.end(true);
        assertEquals(List.of(false, false), told);
        assertFalse(saves.state().lastEndedWell());
        assertFalse(saves.state().running());
        assertEquals(0, saves.state().saved());
    }
}
