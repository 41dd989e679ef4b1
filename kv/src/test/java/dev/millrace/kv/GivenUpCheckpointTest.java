package dev.millrace.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.journal.FakeDisk;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.kv.checkpoint.KvMachine;
import dev.millrace.kv.command.CommandTable;
import dev.millrace.kv.server.Commands;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.LaneLoop;
import dev.millrace.kv.store.Stripes;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A checkpoint that follows one whose walk through the store has not come to its end. */
class GivenUpCheckpointTest {
    private static final int KEYS = 5000;

    private final FakeDisk snapshots = new FakeDisk();
    private final Tasks tasks = new Tasks();
    private final List<Runnable> writers = new ArrayList<>();
    private final List<Boolean> ended = new ArrayList<>();

    /** A loop that turns when it is told to. */
    private static final class Tasks implements LaneLoop {
        private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();

        void runAll() {
            while (!waiting.isEmpty()) {
                waiting.remove().run();
            }
        }

        @Override
        public boolean isCurrent() {
            return true;
        }

        @Override
        public void execute(Runnable task) {
            waiting.add(task);
        }

        @Override
        public void afterTurn(Runnable task) {
            waiting.add(task);
        }

        @Override
        public void fault(Throwable cause) {
            throw new AssertionError(cause);
        }

        @Override
        public FailStop.Stopped failStop(String what, Throwable cause) {
            return new FailStop.Stopped(what, cause);
        }
    }

    /** With what the snapshots hold, and nothing else. */
    private Shard open(KvMachine machine) throws IOException {
        return Shard.open(
                new FakeDisk(),
                snapshots,
                new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 1),
                List.of(machine),
                Clock.systemUTC(),
                new Random(1));
    }

    private boolean begin(Shard shard) {
        return shard.checkpoint(writers::add, ended::add);
    }

    @Test
    void it_waits_for_the_walk_and_misses_nothing() throws IOException {
        giveUpAndTakeAnother();
    }

    private void giveUpAndTakeAnother() throws IOException {
        KvMachine machine = new KvMachine(new Stripes(1));
        Shard shard = open(machine);
        KvServer server =
                new KvServer(
                        machine.stripes(),
                        shard.journal(),
                        false,
                        new CommandTable(Commands.all()),
                        Clock.systemUTC());
        shard.segments().prepareSpace();
        LaneClient client = LaneClient.connect(new Lane(server, tasks), Runnable::run);
        machine.serve(server);
        for (int i = 0; i < KEYS; i++) {
            assertEquals("OK", client.call("SET key:" + i + " value"));
            shard.segments().prepareSpace();
        }
        assertTrue(begin(shard));
        snapshots.failWritesAfter(0);
        writers.removeFirst().run();
        snapshots.failWritesAfter(Integer.MAX_VALUE);
        assertEquals(List.of(false), ended, "given up while the walk has hardly begun");
        assertFalse(begin(shard));
        tasks.runAll();
        assertTrue(begin(shard));
        tasks.runAll();
        writers.removeFirst().run();
        assertEquals(List.of(false, true), ended);
        KvMachine restarted = new KvMachine(new Stripes(1));
        open(restarted).journal().close();
        assertEquals(KEYS, StoreState.of(restarted.stripes()).size());
    }

    /** Another room, on the same journal, has made it due. */
    @Test
    void a_store_whose_room_is_not_started_is_in_a_checkpoint_too() throws IOException {
        giveUpAndTakeAnother();
        ended.clear();
        Shard shard = open(new KvMachine(new Stripes(1)));
        assertTrue(begin(shard));
        writers.removeFirst().run();
        assertEquals(List.of(true), ended);
        KvMachine restarted = new KvMachine(new Stripes(1));
        open(restarted).journal().close();
        assertEquals(KEYS, StoreState.of(restarted.stripes()).size());
    }
}
