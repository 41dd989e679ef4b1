package dev.millrace.kv.rooms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.room.FailStop;
import dev.millrace.kernel.transaction.Participants;
import dev.millrace.kernel.transaction.Verdict;
import dev.millrace.kv.Kv;
import dev.millrace.kv.KvClient;
import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;
import dev.millrace.kv.command.Call;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.ArrayList;
import java.util.List;

/** What a lane does with rooms that take part; the rooms are fakes. */
class RoomsTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private final List<String> notes = new ArrayList<>();
    private final FakeRoom.OfMessages queue = new FakeRoom.OfMessages(notes, false);
    private final FakeRoom.OfStreams events = new FakeRoom.OfStreams(notes, false);

    @BeforeEach
    void offer() {
        kv.server().participants(participants());
    }

    private Participants participants() {
        Participants all = new Participants();
        all.offer(events);
        all.offer(queue);
        return all;
    }

    private static void begin(String... commands) {
        assertEquals("OK", kv.call("MULTI"));
        for (String command : commands) {
            assertEquals("QUEUED", kv.call(command.split(" ")));
        }
    }

    private List<String> notes() {
        List<String> taken = List.copyOf(notes);
        notes.clear();
        return taken;
    }

    @Test
    void each_room_is_joined_once_and_all_is_checked_before_anything_is_done() {
        begin("MR.APPEND s t d", "SET k v", "MR.PUB a b DELAY 5", "MR.PUBX x r b", "MR.PUB c d");
        assertEquals("[:7, OK, OK, :3, OK]", kv.call("EXEC"));
        assertEquals(
                List.of(
                        "join queue",
                        "join events",
                        "check append s",
                        "check publish a b in 5",
                        "check publish x/r b",
                        "check publish c d",
                        "append s",
                        "publish a b in 5",
                        "publish x/r b",
                        "publish c d",
                        "leave events",
                        "leave queue"),
                notes());
        assertEquals("v", kv.call("GET", "k"));
    }

    @Test
    void a_room_that_nothing_is_asked_of_is_not_joined() {
        begin("SET k v", "MR.APPEND s t d EXPECT 4");
        assertEquals("[OK, :7]", kv.call("EXEC"));
        assertEquals(
                List.of("join events", "check append s at 4", "append s at 4", "leave events"),
                notes());
        begin("SET k w");
        assertEquals("[OK]", kv.call("EXEC"));
        assertEquals(List.of(), notes());
    }

    @Test
    void outside_of_a_transaction_each_works_alone() {
        assertEquals("OK", kv.call("MR.PUB", "a", "b"));
        assertEquals(":3", kv.call("MR.PUBX", "x", "r", "b"));
        assertEquals(":7", kv.call("MR.APPEND", "s", "t", "d", "EXPECT", "none"));
        assertEquals(
                List.of(
                        "join queue",
                        "check publish a b",
                        "publish a b",
                        "leave queue unchanged",
                        "join queue",
                        "check publish x/r b",
                        "publish x/r b",
                        "leave queue unchanged",
                        "join events",
                        "check append s at -1",
                        "append s at -1",
                        "leave events unchanged"),
                notes());
    }

    @Test
    void what_is_refused_last_stops_what_was_queued_first() {
        long end = kv.shard().journal().end();
        begin("SET k v", "MR.PUB a b", "MR.APPEND s t d");
        events.answer(() -> new Verdict.Refused("WRONGVERSION it is elsewhere"));
        assertEquals(
                "-EXECABORT Transaction discarded because of: WRONGVERSION it is elsewhere",
                kv.call("EXEC"));
        assertEquals(
                List.of(
                        "join queue",
                        "join events",
                        "check publish a b",
                        "check append s",
                        "leave events unchanged",
                        "leave queue unchanged"),
                notes());
        assertEquals("nil", kv.call("GET", "k"));
        assertEquals(end, kv.shard().journal().end());
        queue.answer(() -> new Verdict.Refused("E_BAD_TOPIC no"));
        assertEquals("-E_BAD_TOPIC no", kv.call("MR.PUB", "a", "b"));
        assertFalse(queue.isJoined());
    }

    @Test
    void what_was_allowed_when_it_began_is_done_in_its_place_whatever_changes_inside() {
        begin(
                "ACL SETUSER default -mr.pub",
                "SET k v",
                "MR.PUB first 1",
                "ACL SETUSER default +mr.pub",
                "MR.PUB second 2");
        assertEquals("[OK, OK, OK, OK, OK]", kv.call("EXEC"));
        assertEquals(
                List.of(
                        "join queue",
                        "check publish first 1",
                        "check publish second 2",
                        "publish first 1",
                        "publish second 2",
                        "leave queue"),
                notes());
    }

    @Test
    void bad_arguments_are_told_before_any_room_is_joined() {
        begin("SET k v", "MR.PUB a b DELAY soon");
        assertEquals(
                "-EXECABORT Transaction discarded because of: DELAY: soon (expected: milliseconds,"
                        + " >= 0)",
                kv.call("EXEC"));
        assertEquals(
                "-ERR META: not JSON (expected: one value of JSON)",
                kv.call("MR.APPEND", "s", "t", "d", "META", "m"));
        assertEquals("-ERR syntax error", kv.call("MR.APPEND", "s", "t", "d", "META"));
        assertEquals("nil", kv.call("GET", "k"));
        assertEquals(List.of(), notes());
    }

    @Test
    void a_wrong_number_of_arguments_spoils_the_transaction_when_it_is_queued() {
        begin("SET k v");
        assertEquals("-ERR wrong number of arguments for 'mr.pub' command", kv.call("MR.PUB", "a"));
        assertEquals(
                "-EXECABORT Transaction discarded because of previous errors.", kv.call("EXEC"));
        assertEquals(List.of(), notes());
    }

    @Test
    void a_room_that_is_not_there_or_has_stopped_is_named() {
        queue.stopServing();
        begin("SET k v", "MR.APPEND s t d", "MR.PUB a b");
        assertEquals(
                "-EXECABORT Transaction discarded because of: the queue room has stopped",
                kv.call("EXEC"));
        assertEquals(List.of("join events", "leave events unchanged"), notes());
        kv.server().participants(new Participants());
        assertEquals(
                "-ERR the events room is not started on this node",
                kv.call("MR.APPEND", "s", "t", "d"));
        assertEquals("nil", kv.call("GET", "k"));
    }

    @Test
    void who_is_put_off_waits_and_holds_nothing_until_it_is_asked_again() {
        begin("SET k v", "MR.PUB a b");
        queue.answer(Verdict.NotNow::new);
        queue.answer(Verdict.NotNow::new);
        assertEquals(KvClient.NOTHING, kv.call("EXEC"));
        assertFalse(queue.isJoined());
        KvClient other = kv.client();
        assertEquals("nil", other.call("GET", "k"));
        kv.advance(5);
        assertEquals(KvClient.NOTHING, kv.first().receive());
        kv.advance(5);
        assertEquals("[OK, OK]", kv.first().receive());
        assertEquals("v", other.call("GET", "k"));
        queue.answer(Verdict.NotNow::new);
        assertEquals(KvClient.NOTHING, kv.call("MR.PUB", "a", "c"));
        kv.advance(5);
        assertEquals("OK", kv.first().receive());
    }

    @Test
    void who_finds_no_space_waits_and_holds_nothing() {
        begin("MR.PUB a b", "MR.APPEND s t d");
        kv.shortOfSpaceAfter(0);
        assertEquals(KvClient.NOTHING, kv.call("EXEC"));
        assertFalse(queue.isJoined());
        assertFalse(events.isJoined());
        kv.spaceGained();
        assertEquals("[OK, :7]", kv.first().receive());
    }

    @Test
    void a_watched_key_that_changed_stops_it_before_any_room_is_joined() {
        assertEquals("OK", kv.call("WATCH", "k"));
        assertEquals("OK", kv.client().call("SET", "k", "other"));
        begin("SET k v", "MR.PUB a b");
        assertEquals("nil", kv.call("EXEC"));
        assertEquals(List.of(), notes());
        begin("MR.PUB a b");
        assertEquals("OK", kv.call("DISCARD"));
        assertEquals("-ERR EXEC without MULTI", kv.call("EXEC"));
        assertEquals(List.of(), notes());
    }

    @Test
    void what_a_transaction_makes_on_the_heap_has_a_limit() {
        String name = "n".repeat(60_000);
        long most = Call.HEAP_BYTES_MAX / (4L * name.length());
        assertEquals("OK", kv.call("MULTI"));
        for (long i = 0; i <= most; i++) {
            assertEquals("QUEUED", kv.call("MR.APPEND", name, "t", "d"));
        }
        String refusal = kv.call("EXEC");
        assertTrue(
                refusal.startsWith(
                        "-EXECABORT Transaction discarded because of: command or argument too"
                                + " large: "),
                refusal);
        assertEquals(List.of(), notes());
        for (int i = 0; i < 3; i++) {
            events.answer(() -> new Verdict.Refused("NO"));
            assertEquals("-NO", kv.call("MR.APPEND", name, "t", "d"));
        }
        assertEquals(":7", kv.call("MR.APPEND", name, "t", "d"));
    }

    @Test
    void a_transaction_for_which_there_is_no_memory_joins_no_room() {
        begin("SET k v", "MR.PUB a b");
        assertEquals("OK", kv.client().call("CONFIG", "SET", "maxmemory", "1"));
        try {
            assertEquals(
                    "-EXECABORT Transaction discarded because of: OOM command not allowed when used"
                            + " memory > 'maxmemory'.",
                    kv.call("EXEC"));
            assertEquals(List.of(), notes());
            assertEquals("OK", kv.call("MR.PUB", "a", "b"), "it takes none of kv's memory");
        } finally {
            assertEquals("OK", kv.client().call("CONFIG", "SET", "maxmemory", "0"));
        }
    }

    @Test
    void a_client_that_wants_no_replies_changes_rooms_all_the_same() {
        assertEquals(KvClient.NOTHING, kv.call("CLIENT", "REPLY", "OFF"));
        assertEquals(KvClient.NOTHING, kv.call("MR.PUB", "a", "b"));
        assertEquals(KvClient.NOTHING, kv.call("MULTI"));
        assertEquals(KvClient.NOTHING, kv.call("MR.PUB", "c", "d"));
        assertEquals(KvClient.NOTHING, kv.call("EXEC"));
        assertEquals("OK", kv.call("CLIENT", "REPLY", "ON"));
        assertTrue(notes().containsAll(List.of("publish a b", "publish c d")));
    }

    @Test
    void who_monitors_sees_them() {
        KvClient monitor = kv.client();
        assertEquals("OK", monitor.call("MONITOR"));
        begin("MR.PUB a b");
        kv.call("EXEC");
        kv.call("MR.PUB", "c", "d");
        List<String> seen = new ArrayList<>();
        for (String line = monitor.receive(); !line.isEmpty(); line = monitor.receive()) {
            seen.add(line.substring(line.indexOf(']') + 2));
        }
        assertEquals(
                List.of(
                        "\"MULTI\"",
                        "\"MR.PUB\" \"a\" \"b\"",
                        "\"EXEC\"",
                        "\"MR.PUB\" \"c\" \"d\""),
                seen);
        monitor.leave();
    }

    @Test
    void a_key_that_has_expired_is_deleted_though_the_transaction_is_refused() {
        assertEquals("OK", kv.call("SET", "k", "v", "PX", "10"));
        kv.advance(20);
        begin("GET k", "MR.PUB a b");
        queue.answer(() -> new Verdict.Refused("NO"));
        assertEquals("-EXECABORT Transaction discarded because of: NO", kv.call("EXEC"));
        assertEquals("nil", kv.call("GET", "k"));
    }

    @Test
    void a_fault_in_a_check_fails_its_client_alone_and_leaves_nothing_locked() {
        try (KvLanes lanes = KvLanes.open(1)) {
            lanes.server().participants(participants());
            LaneClient client = lanes.client(0);
            client.calls("MULTI", "SET k v", "MR.APPEND s t d", "MR.PUB a b");
            queue.answer(
                    () -> {
                        throw new IllegalStateException("ours");
                    });
            assertEquals("-ERR internal error", client.call("EXEC"));
            assertEquals("ours", lanes.faults().getFirst().getMessage());
            assertFalse(queue.isJoined());
            assertFalse(events.isJoined());
            assertEquals("nil", lanes.client(0).call("GET k"));
        }
    }

    @Test
    void a_fault_after_the_first_effect_ends_the_process_with_the_rooms_locked() {
        Kv doomed = Kv.open();
        doomed.server().participants(participants());
        doomed.call("MULTI");
        doomed.call("SET", "k", "v");
        doomed.call("MR.PUB", "a", "b");
        queue.failInChange();
        assertThrows(FailStop.Stopped.class, () -> doomed.call("EXEC"));
        assertTrue(queue.isJoined());
    }

    @Test
    void a_reply_waits_for_the_disk_as_the_strictest_of_its_rooms_has_it() {
        FakeRoom.OfMessages strict = new FakeRoom.OfMessages(notes, true);
        Participants mixed = new Participants();
        mixed.offer(strict);
        mixed.offer(events);
        try (KvLanes lanes = KvLanes.open(1)) {
            lanes.server().participants(mixed);
            LaneClient client = lanes.client(0);
            client.calls("MULTI", "SET k v", "MR.APPEND s t d");
            client.call("EXEC");
            assertEquals(0, client.lastDependsOn());
            client.calls("MULTI", "SET k w", "MR.APPEND s t d", "MR.PUB a b");
            client.call("EXEC");
            assertEquals(lanes.shard().journal().end(), client.lastDependsOn());
            assertEquals("w", lanes.client(0).call("GET k"));
            LaneClient refused = lanes.client(0);
            strict.answer(() -> new Verdict.Refused("NO what was found may not be durable yet"));
            refused.call("MR.PUB a b");
            assertEquals(lanes.shard().journal().end(), refused.lastDependsOn());
        }
    }
}
