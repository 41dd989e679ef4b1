package dev.millrace.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.journal.FileDisk;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.kv.checkpoint.KvMachine;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.CommandTable;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.server.Commands;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.LaneLoop;
import dev.millrace.kv.session.Session.Peer;
import dev.millrace.kv.store.Stripes;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What becomes of a node when a command fails by a fault of ours, or its record is lost. */
class FailStopTest {
    @TempDir Path data;

    private final List<Throwable> faults = new ArrayList<>();
    private final List<String> stops = new ArrayList<>();
    private Supplier<Error> thrown = () -> new AssertionError("as told");
    private Shard shard;
    private CheckedJournal journal;
    private Lane lane;

    /** A loop that notes what an operator would read. */
    private final class Noting implements LaneLoop {
        @Override
        public boolean isCurrent() {
            return true;
        }

        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public void afterTurn(Runnable task) {
            task.run();
        }

        @Override
        public void fault(Throwable cause) {
            faults.add(cause);
        }

        @Override
        public FailStop.Stopped failStop(String what, Throwable cause) {
            stops.add(what);
            return new FailStop.Stopped(what, cause);
        }
    }

    @BeforeEach
    void start() throws IOException {
        KvMachine machine = new KvMachine(new Stripes(4));
        shard =
                Shard.open(
                        new FileDisk(data.resolve("journal")),
                        new FileDisk(data.resolve("snapshot")),
                        new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 1),
                        List.of(machine),
                        Clock.systemUTC(),
                        new Random(1));
        journal = new CheckedJournal(shard.journal());
        List<Command> commands = new ArrayList<>(Commands.all());
        commands.add(command("explode", call -> explode()));
        commands.add(command("half", this::half));
        commands.add(declared("huge").cost(request -> 1L << 30).does(call -> call.reply().ok()));
        KvServer server =
                new KvServer(
                        machine.stripes(),
                        journal,
                        false,
                        new CommandTable(commands),
                        Clock.systemUTC());
        shard.segments().prepareSpace();
        lane = new Lane(server, new Noting());
        machine.serve(server);
    }

    @AfterEach
    void stop() throws IOException {
        if (shard.journal().state() != Journal.State.FAILED) {
            shard.journal().close();
        }
    }

    private static Command command(String name, Command.Handler handler) {
        return declared(name).does(handler);
    }

    private static Command.Builder declared(String name) {
        return Command.named(name)
                .since("0.1.0")
                .group("string")
                .complexity("O(1)")
                .summary("Fails")
                .arity(2)
                .keys(Keys.one())
                .flags(Flag.WRITE)
                .categories("string");
    }

    private void explode() {
        throw thrown.get();
    }

    private void half(Call call) {
        Key key = call.write(1);
        call.effects().putString(key, call.address(1), call.length(1), 0);
        explode();
    }

    private LaneClient client() {
        return LaneClient.connect(lane, Runnable::run);
    }

    private void restart() throws IOException {
        shard.journal().close();
        start();
    }

    @Test
    void a_command_that_fails_before_it_has_changed_anything_fails_its_client_alone() {
        LaneClient client = client();
        assertEquals("OK", client.call("SET a 1"));
        client.send("EXPLODE a", "SET a 2");
        assertEquals("-ERR internal error", client.next());
        assertEquals("closed", client.next());
        assertEquals(1, faults.size());
        assertEquals(List.of(), stops);
        assertEquals(
                "1", client().call("GET a"), "its stripe is free, and what followed did not run");
    }

    @Test
    void no_memory_and_no_stack_are_such_faults() {
        for (Supplier<Error> error :
                List.<Supplier<Error>>of(OutOfMemoryError::new, StackOverflowError::new)) {
            thrown = error;
            assertEquals("-ERR internal error", client().call("EXPLODE a"));
        }
        assertEquals(2, faults.size());
        assertEquals("OK", client().call("SET a 1"));
    }

    @Test
    void a_transaction_that_fails_before_it_has_changed_anything_fails_its_client_alone() {
        LaneClient client = client();
        assertEquals("OK", client.call("MULTI"));
        assertEquals("QUEUED", client.call("GET a"));
        assertEquals("QUEUED", client.call("EXPLODE b"));
        assertEquals("-ERR internal error", client.call("EXEC"));
        assertEquals("closed", client.next());
        assertEquals("OK", client().call("SET b 1"));
        assertEquals(List.of(), stops);
    }

    @Test
    void a_command_that_fails_after_it_has_changed_something_ends_the_process() throws IOException {
        LaneClient client = client();
        assertEquals("OK", client.call("SET a 1"));
        assertThrows(FailStop.Stopped.class, () -> client.send("HALF b", "GET b"));
        assertEquals(1, stops.size());
        assertTrue(lane.isStopped());
        assertFalse(client.hasMore(), "nothing of it is shown");
        restart();
        assertEquals("1", client().call("GET a"));
        assertEquals("nil", client().call("GET b"), "its record was never written");
    }

    @Test
    void a_transaction_that_fails_after_it_has_changed_something_ends_the_process()
            throws IOException {
        LaneClient client = client();
        client.calls("MULTI", "SET a 1", "EXPLODE b");
        assertThrows(FailStop.Stopped.class, () -> client.send("EXEC"));
        assertEquals(1, stops.size());
        assertFalse(client.hasMore());
        restart();
        assertEquals("nil", client().call("GET a"), "wholly or not at all");
    }

    @Test
    void a_record_that_cannot_be_appended_ends_the_process() throws IOException {
        LaneClient client = client();
        assertEquals("OK", client.call("SET a 1"));
        try (Stream<Path> files = Files.list(data.resolve("journal"))) {
            for (Path file : files.toList()) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(0);
                }
            }
        }
        FailStop.Stopped stopped =
                assertThrows(FailStop.Stopped.class, () -> client.send("SET a 2", "GET a"));
        assertInstanceOf(InternalError.class, stopped.getCause());
        assertEquals(1, stops.size());
        assertFalse(client.hasMore());
        assertEquals(Journal.State.FAILED, shard.journal().state());
    }

    @Test
    void a_masters_transaction_without_space_half_way_ends_the_process() throws IOException {
        client().calls("SET a 1", "SADD s x");
        LaneClient master = client();
        master.session().peer(Peer.MASTER);
        master.calls("MULTI", "SET a 2", "SUNIONSTORE b s");
        journal.extendNothing();
        assertThrows(FailStop.Stopped.class, () -> master.send("EXEC"));
        assertEquals(List.of("what the master says is half executed"), stops);
        assertTrue(lane.isStopped());
        assertFalse(master.hasMore(), "nothing of it is shown");
        restart();
        assertEquals("1", client().call("GET a"), "nor after a restart");
        assertEquals(":0", client().call("EXISTS b"));
    }

    @Test
    void a_clients_transaction_without_space_half_way_is_refused_that_command_alone() {
        LaneClient client = client();
        client.calls("SET a 1", "SADD s x", "MULTI", "SET a 2", "SUNIONSTORE b s");
        journal.extendNothing();
        String answer = client.call("EXEC");
        assertTrue(answer.startsWith("[OK, -"), answer);
        assertEquals("2", client.call("GET a"));
        assertEquals(":0", client.call("EXISTS b"));
        assertEquals(List.of(), stops);
    }

    @Test
    void what_no_record_can_hold_is_refused_before_anything_is_changed() {
        LaneClient client = client();
        client.calls("MULTI", "SET a 1", "HUGE b", "HUGE c");
        String refused = client.call("EXEC");
        assertTrue(refused.startsWith("-EXECABORT "), refused);
        assertTrue(refused.contains("bytes of one record"), refused);
        assertEquals("nil", client.call("GET a"));
        assertEquals(List.of(), stops);
    }
}
