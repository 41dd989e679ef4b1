package dev.millrace.it.differential;

import static dev.millrace.it.replication.Replicas.fact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.differential.family.Families;
import dev.millrace.it.resp.Frame;
import dev.millrace.it.resp.Reply;
import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.Await;
import dev.millrace.it.server.MillraceProcess;
import dev.millrace.it.server.RedisProcess;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;
import dev.millrace.kernel.Seeds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Redis follows Millrace, and Millrace follows Redis: whatever is done to one is in the other. */
class ReplicationTest {
    private static final int ROUNDS = Integer.getInteger("millrace.it.rounds", 4);
    private static final int COMMANDS = 500;
    private static final Duration LINK_MAX = Duration.ofSeconds(30);
    private static final String WAIT_MILLIS = "20000";

    private static final Reply RADIX_TREE_NODES = new Reply.Bulk("radix-tree-nodes");

    /** What shows libraries and streams, words apart by bars. */
    private static final List<String> LOOKS =
            List.of(
                    "FUNCTION|LIST|WITHCODE",
                    "XRANGE|s|-|+",
                    "XINFO|STREAM|empty",
                    "XINFO|GROUPS|s",
                    "XINFO|GROUPS|empty",
                    "XPENDING|s|first",
                    "XPENDING|s|idle");

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void what_random_commands_do_here_is_in_a_redis_that_follows(int loops) {
        try (Server master = MillraceProcess.start(Setup.plain().withLoops(loops));
                Server replica = RedisProcess.start(Setup.plain())) {
            follow(replica, master);
            Seeds.each(ROUNDS, random -> sameAfter(commands(new Draw(random)), master, replica));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void what_random_commands_do_in_a_redis_is_here(int loops) {
        try (Server master = RedisProcess.start(Setup.plain());
                Server replica = MillraceProcess.start(Setup.plain().withLoops(loops))) {
            follow(replica, master);
            Seeds.each(ROUNDS, random -> sameAfter(commands(new Draw(random)), master, replica));
        }
    }

    @Test
    void a_redis_that_comes_late_copies_all_and_goes_on() throws IOException {
        try (Server master = MillraceProcess.start(Setup.plain());
                Server replica = RedisProcess.start(Setup.plain())) {
            fill(master);
            Writes writes = new Writes(master);
            Thread writer = Thread.ofPlatform().start(writes);
            follow(replica, master);
            writes.end(writer);
            awaitReplica(master);
            assertSameContents(master, replica);
        }
    }

    @Test
    void a_killed_node_goes_on_where_it_was_without_copying_again() throws IOException {
        // A node that waits for a processor may be further behind than the 1 MiB that Redis keeps.
        try (Server master = RedisProcess.start(Setup.plain(), "--repl-backlog-size", "256mb");
                Server replica = MillraceProcess.start(Setup.plain())) {
            fill(master);
            follow(replica, master);
            for (int round = 0; round < ROUNDS; round++) {
                Writes writes = new Writes(master);
                Thread writer = Thread.ofPlatform().start(writes);
                Await.until("it executes", LINK_MAX, writes::areSome);
                replica.kill();
                writes.end(writer);
                replica.start();
                awaitLink(replica);
                awaitReplica(master);
                assertSameContents(master, replica);
            }
            assertEquals("1", fact(master, "stats", "sync_full"));
            assertEquals("" + ROUNDS, fact(master, "stats", "sync_partial_ok"));
        }
    }

    @Test
    void a_redis_whose_link_broke_gets_only_what_it_missed() throws IOException {
        try (Server master = MillraceProcess.start(Setup.plain());
                Server replica = RedisProcess.start(Setup.plain())) {
            fill(master);
            follow(replica, master);
            try (RespConnection client = RespConnection.open(master.port())) {
                for (int round = 0; round < ROUNDS; round++) {
                    Writes writes = new Writes(master);
                    Thread writer = Thread.ofPlatform().start(writes);
                    Await.until("it writes", LINK_MAX, writes::areSome);
                    assertEquals(":1\r\n", client.call("CLIENT", "KILL", "TYPE", "replica").raw());
                    writes.end(writer);
                    awaitLink(replica);
                    awaitReplica(master);
                    assertSameContents(master, replica);
                }
            }
            assertTrue(
                    replica.printed().contains("Successful partial resynchronization"),
                    replica.printed());
        }
    }

    @Test
    void a_follower_takes_no_writes_until_it_follows_nobody() throws IOException {
        try (Server master = RedisProcess.start(Setup.plain());
                Server replica = MillraceProcess.start(Setup.plain());
                RespConnection client = RespConnection.open(replica.port())) {
            follow(replica, master);
            assertEquals(
                    "-READONLY You can't write against a read only replica.\r\n",
                    client.call("SET", "a", "1").raw());
            assertEquals("+OK\r\n", client.call("REPLICAOF", "NO", "ONE").raw());
            assertEquals("+OK\r\n", client.call("SET", "a", "1").raw());
            replica.kill();
            replica.start();
            assertEquals("master", fact(replica, "replication", "role"));
        }
    }

    @Test
    void wait_tells_how_many_have_it() throws IOException {
        try (Server master = MillraceProcess.start(Setup.plain());
                Server replica = RedisProcess.start(Setup.plain());
                RespConnection client = RespConnection.open(master.port())) {
            client.call("SET", "a", "1");
            assertEquals(":0\r\n", client.call("WAIT", "1", "50").raw());
            follow(replica, master);
            client.call("SET", "a", "2");
            assertEquals(":1\r\n", client.call("WAIT", "1", WAIT_MILLIS).raw());
            assertEquals(":1\r\n", client.call("WAIT", "2", "50").raw());
            try (RespConnection reader = RespConnection.open(replica.port())) {
                assertEquals("$1\r\n2\r\n", reader.call("GET", "a").raw());
            }
        }
    }

    @Test
    void messages_that_are_published_here_are_told_to_who_listens_there() throws IOException {
        try (Server master = MillraceProcess.start(Setup.plain());
                Server replica = RedisProcess.start(Setup.plain());
                RespConnection listener = RespConnection.open(replica.port());
                RespConnection client = RespConnection.open(master.port())) {
            follow(replica, master);
            listener.call("SUBSCRIBE", "news");
            client.call("PUBLISH", "news", "one");
            assertEquals("one", listener.read().reply().children().getLast().text());
        }
    }

    @Test
    void a_redis_that_follows_has_libraries_and_streams_with_their_groups() throws IOException {
        try (Server master = MillraceProcess.start(Setup.plain().withLoops(2));
                Server replica = RedisProcess.start(Setup.plain())) {
            hasLibrariesAndStreams(master, replica);
        }
    }

    @Test
    void a_node_that_follows_has_a_redis_s_libraries_and_streams_with_their_groups()
            throws IOException {
        try (Server master = RedisProcess.start(Setup.plain());
                Server replica = MillraceProcess.start(Setup.plain().withLoops(2))) {
            hasLibrariesAndStreams(master, replica);
            replica.kill();
            replica.start();
            awaitLink(replica);
            awaitReplica(master);
            assertSameAnswers(LOOKS, master, replica);
        }
    }

    /** Copied whole at first, then by what changes; each time they can be used there. */
    private static void hasLibrariesAndStreams(Server master, Server replica) throws IOException {
        try (RespConnection client = RespConnection.open(master.port());
                RespConnection reader = RespConnection.open(replica.port())) {
            all(
                    client,
                    "FUNCTION|LOAD|" + library("lib", "answer", "return 41"),
                    "FUNCTION|LOAD|" + library("old", "gone", "return 1"),
                    "XADD|s|5-1|f|v",
                    "XADD|s|5-2|f|w|g|x",
                    "XADD|s|6-0|h|y",
                    "XADD|s|7-0|h|z",
                    "XDEL|s|6-0",
                    "XGROUP|CREATE|s|first|0",
                    "XGROUP|CREATE|s|idle|$|ENTRIESREAD|3",
                    "XREADGROUP|GROUP|first|ann|COUNT|1|STREAMS|s|>",
                    "XREADGROUP|GROUP|first|bob|COUNT|1|STREAMS|s|>",
                    "XGROUP|CREATECONSUMER|s|first|eve",
                    "XGROUP|CREATE|empty|g|$|MKSTREAM");
            follow(replica, master);
            awaitReplica(master);
            assertSameAnswers(LOOKS, master, replica);
            assertEquals(":41\r\n", reader.call("FCALL_RO", "answer", "0").raw());
            all(
                    client,
                    "FUNCTION|LOAD|REPLACE|" + library("lib", "answer", "return 42"),
                    "FUNCTION|DELETE|old",
                    "FCALL|answer|0",
                    "XADD|s|MAXLEN|3|8-0|i|a",
                    "XADD|s|9-0|i|b",
                    "XACK|s|first|5-1",
                    "XREADGROUP|GROUP|first|ann|COUNT|2|STREAMS|s|>",
                    "XCLAIM|s|first|eve|0|7-0",
                    "XAUTOCLAIM|s|first|bob|0|0|COUNT|1",
                    "XGROUP|SETID|s|idle|8-0",
                    "XGROUP|DELCONSUMER|s|first|eve",
                    "XSETID|empty|3-3",
                    "EVAL|return redis.call('XADD', KEYS[1], '10-0', 'by', 'script')|1|s");
            awaitReplica(master);
            assertSameAnswers(LOOKS, master, replica);
            assertEquals(":42\r\n", reader.call("FCALL_RO", "answer", "0").raw());
            assertEquals("-ERR Function not found\r\n", reader.call("FCALL_RO", "gone", "0").raw());
            all(client, "FUNCTION|FLUSH");
            awaitReplica(master);
            assertEquals("*0\r\n", reader.call("FUNCTION", "LIST").raw());
        }
    }

    private static String library(String name, String function, String body) {
        return """
        #!lua name=%s
        redis.register_function{
          function_name='%s', callback=function() %s end, flags={'no-writes'}}"""
                .formatted(name, function, body);
    }

    private static List<String> words(String command) {
        return List.of(command.split("\\|"));
    }

    private static void all(RespConnection client, String... commands) throws IOException {
        for (String command : commands) {
            String answer = client.call(words(command)).raw();
            assertFalse(answer.startsWith("-"), () -> command + ": " + answer);
        }
    }

    private static void assertSameAnswers(List<String> looks, Server one, Server other)
            throws IOException {
        try (RespConnection here = RespConnection.open(one.port());
                RespConnection there = RespConnection.open(other.port())) {
            for (String look : looks) {
                assertEquals(told(here, look), told(there, look), look);
            }
        }
    }

    /** Libraries come in no order; of a stream's nodes each server has its own number. */
    private static List<String> told(RespConnection client, String look) throws IOException {
        List<Reply> items = new ArrayList<>(client.call(words(look)).reply().children());
        int nodes = look.startsWith("XINFO|STREAM") ? items.indexOf(RADIX_TREE_NODES) : -1;
        if (nodes >= 0) {
            items.remove(nodes + 1);
        }
        List<String> lines = new ArrayList<>(items.stream().map(Reply::toString).toList());
        if (look.startsWith("FUNCTION")) {
            lines.sort(null);
        }
        return lines;
    }

    // ---- What is done

    /** Small writes of all kinds, one after the other, until it is told to end. */
    private static final class Writes implements Runnable {
        private static final int SOME = 200;

        private final Server server;
        private volatile boolean ended;
        private volatile int done;

        Writes(Server server) {
            this.server = server;
        }

        @Override
        public void run() {
            try (RespConnection client = RespConnection.open(server.port())) {
                while (!ended) {
                    int n = done;
                    client.call("INCR", "a");
                    client.call("MULTI");
                    client.call("RPUSH", "b", "element " + n);
                    client.call("HSET", "c", "field " + n % 700, "value " + n);
                    client.call("EXEC");
                    client.call("ZINCRBY", "{t}1", "0.1", "member " + n % 300);
                    client.call("SPOP", "{t}2");
                    client.call("SADD", "{t}2", "" + n, "" + n * 7919L);
                    done = n + 1;
                }
            } catch (IOException failure) {
                throw new AssertionError(failure);
            }
        }

        boolean areSome() {
            return done >= SOME;
        }

        void end(Thread writer) {
            Await.until("it writes", LINK_MAX, this::areSome);
            ended = true;
            try {
                writer.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static void fill(Server server) throws IOException {
        try (RespConnection client = RespConnection.open(server.port())) {
            for (int i = 0; i < 2000; i++) {
                client.call("RPUSH", "{t}3", "x".repeat(i % 100) + i);
                client.call("SET", "key " + i, "value " + i);
            }
        }
    }

    private static List<Step> commands(Draw draw) {
        Family family = Family.mixed("all families", Families.mixable());
        List<Step> steps = new ArrayList<>();
        while (steps.size() < COMMANDS) {
            steps.addAll(family.steps().apply(draw));
        }
        return steps;
    }

    private static void sameAfter(List<Step> steps, Server master, Server replica)
            throws IOException {
        try (Conversation conversation = new Conversation(master.port(), 2)) {
            conversation.run(steps);
        }
        awaitReplica(master);
        assertSameContents(master, replica);
    }

    // ---- What is the same

    private static void assertSameContents(Server master, Server replica) throws IOException {
        assertEquals(String.join("\n", state(master)), String.join("\n", state(replica)));
    }

    /** All that is there, but for the forms in which each server keeps it. */
    private static List<String> state(Server server) throws IOException {
        List<Step> looks = new ArrayList<>();
        for (Step look : Families.finalState()) {
            boolean itsOwn =
                    look instanceof Step.Call(int _, List<String> _, Comparison comparison)
                            && (comparison.equals(Comparison.ENCODING)
                                    || comparison.equals(Comparison.DUMPED)
                                    || comparison.equals(Comparison.SAME_KIND));
            if (!itsOwn) {
                looks.add(look);
            }
        }
        try (Conversation conversation = new Conversation(server.port(), 2)) {
            List<List<Frame>> answers = conversation.run(looks);
            List<String> lines = new ArrayList<>();
            for (int index = 0; index < looks.size(); index++) {
                Reply reply = answers.get(index).getFirst().reply();
                lines.add(looks.get(index).typed() + ": " + shown(looks.get(index), reply));
            }
            return lines;
        }
    }

    private static String shown(Step look, Reply reply) {
        boolean ordered = look.typed().startsWith("LRANGE") || look.typed().startsWith("ZRANGE");
        return reply instanceof Reply.Array(List<Reply> items) && !ordered
                ? items.stream().map(Reply::toString).sorted().toList().toString()
                : reply.toString();
    }

    // ---- The link

    private static void follow(Server replica, Server master) {
        try (RespConnection client = RespConnection.open(replica.port())) {
            assertEquals(
                    "+OK\r\n", client.call("REPLICAOF", "127.0.0.1", "" + master.port()).raw());
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
        awaitLink(replica);
    }

    private static void awaitLink(Server replica) {
        Await.until(
                () -> "the link is up; it printed:\n" + replica.printed(),
                LINK_MAX,
                () -> fact(replica, "replication", "master_link_status").equals("up"));
    }

    /** Returns when the replica has executed all that the master has changed. */
    private static void awaitReplica(Server master) throws IOException {
        try (RespConnection client = RespConnection.open(master.port())) {
            client.call("SET", "mark", "" + System.nanoTime());
            assertEquals(":1\r\n", client.call("WAIT", "1", WAIT_MILLIS).raw());
        }
    }
}
