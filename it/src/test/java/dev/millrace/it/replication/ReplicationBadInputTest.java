package dev.millrace.it.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.replication.FakeMaster.Answer;
import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.Await;
import dev.millrace.it.server.MillraceProcess;
import dev.millrace.it.server.RedisProcess;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;

/**
 * A master that says half of it, or what nobody can load: what is here stays, and it is tried
 * again.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplicationBadInputTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String ID = "a".repeat(40);

    private final Server node = MillraceProcess.start(Setup.plain());
    private byte[] dump = {};
    private RespConnection client;
    private FakeMaster master;

    @BeforeAll
    void makeDump() throws IOException {
        try (RedisProcess redis = RedisProcess.start(Setup.plain());
                RespConnection filler = RespConnection.open(redis.port())) {
            filler.call("SET", "copied", "yes");
            filler.call("RPUSH", "list", "a", "b");
            filler.call("SAVE");
            dump = Files.readAllBytes(redis.folder().resolve("dump.rdb"));
        }
    }

    @AfterAll
    void end() {
        node.close();
    }

    @BeforeEach
    void follow() throws IOException {
        master = new FakeMaster();
        client = RespConnection.open(node.port());
        client.call("REPLICAOF", "NO", "ONE");
        client.call("FLUSHALL");
        client.call("SET", "mine", "1");
        assertEquals("+OK\r\n", client.call("REPLICAOF", "127.0.0.1", "" + master.port()).raw());
    }

    @AfterEach
    void leave() throws IOException {
        client.call("REPLICAOF", "NO", "ONE");
        client.close();
        master.close();
    }

    private byte[] copy(byte[] of) {
        byte[] head = FakeMaster.latin("+FULLRESYNC " + ID + " 1000\r\n$" + of.length + "\r\n");
        byte[] whole = new byte[head.length + of.length];
        System.arraycopy(head, 0, whole, 0, head.length);
        System.arraycopy(of, 0, whole, head.length, of.length);
        return whole;
    }

    private String get(String key) throws IOException {
        return client.call("GET", key).raw();
    }

    /**
     * The next PSYNC that comes; those before it of the same connection are what they should be.
     */
    private String nextPsync() throws InterruptedException {
        while (true) {
            String request = master.asked();
            if (request.startsWith("PSYNC")) {
                return request;
            }
        }
    }

    @Test
    void a_dump_that_ends_early_changes_nothing_and_is_asked_for_again() throws Exception {
        byte[] whole = copy(dump);
        byte[] half = java.util.Arrays.copyOf(whole, whole.length - dump.length / 2);
        master.answer(new Answer(half, false));
        assertEquals("PSYNC ? -1", nextPsync());
        assertEquals("PSYNC ? -1", nextPsync());
        assertEquals("$1\r\n1\r\n", get("mine"));
        master.answer(Answer.staying(whole));
        Await.until("it has the copy", SOON, () -> has("copied"));
        assertEquals("$-1\r\n", get("mine"));
    }

    @Test
    void a_dump_that_is_none_changes_nothing() throws Exception {
        byte[] broken = dump.clone();
        broken[broken.length - 20] ^= 0x55;
        master.answer(Answer.staying(copy(broken)));
        assertEquals("PSYNC ? -1", nextPsync());
        assertEquals("PSYNC ? -1", nextPsync());
        assertEquals("$1\r\n1\r\n", get("mine"));
        assertEquals(
                "*2\r\n$1\r\na\r\n$1\r\nb\r\n",
                afterCopy() ? client.call("LRANGE", "list", "0", "-1").raw() : "");
    }

    private boolean afterCopy() {
        master.answer(Answer.staying(copy(dump)));
        Await.until("it has the copy", SOON, () -> has("copied"));
        return true;
    }

    @Test
    void a_master_that_refuses_is_asked_again() throws Exception {
        for (String refusal :
                new String[] {
                    "-LOADING Redis is loading the dataset in memory\r\n",
                    "-ERR unknown command\r\n",
                    "+FULLRESYNC\r\n",
                    "+FULLRESYNC " + ID + " many\r\n",
                    "$12\r\nno such thing\r\n"
                }) {
            master.answer(Answer.closing(refusal));
            assertEquals("PSYNC ? -1", nextPsync());
        }
        assertEquals("PSYNC ? -1", nextPsync());
        assertEquals("$1\r\n1\r\n", get("mine"));
        master.answer(Answer.closing(""));
    }

    @Test
    void a_stream_that_breaks_off_in_a_command_goes_on_before_it() throws Exception {
        byte[] copied = copy(dump);
        byte[] stream =
                FakeMaster.latin(
                        "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n*3\r\n$3\r\nSET\r\n$1\r\nb");
        byte[] whole = java.util.Arrays.copyOf(copied, copied.length + stream.length);
        System.arraycopy(stream, 0, whole, copied.length, stream.length);
        master.answer(new Answer(whole, false));
        assertEquals("PSYNC ? -1", nextPsync());
        // 1000 bytes and the 27 of the first SET; it wants the next.
        assertEquals("PSYNC " + ID + " 1028", nextPsync());
        master.answer(
                Answer.staying(
                        FakeMaster.latin(
                                "+CONTINUE\r\n*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$1\r\n2\r\n")));
        Await.until("it has executed the rest", SOON, () -> has("b"));
        assertEquals("$1\r\n1\r\n", get("a"));
    }

    @Test
    void what_is_no_command_ends_the_link() throws Exception {
        byte[] copied = copy(dump);
        byte[] stream = FakeMaster.latin("*x\r\n");
        byte[] whole = java.util.Arrays.copyOf(copied, copied.length + stream.length);
        System.arraycopy(stream, 0, whole, copied.length, stream.length);
        master.answer(Answer.staying(whole));
        assertEquals("PSYNC ? -1", nextPsync());
        assertEquals("PSYNC " + ID + " 1001", nextPsync());
        assertEquals("$3\r\nyes\r\n", get("copied"));
        master.answer(Answer.closing(""));
    }

    @Test
    void what_a_command_of_the_master_fails_with_stops_nothing() throws Exception {
        byte[] copied = copy(dump);
        byte[] stream =
                FakeMaster.latin(
                        "*2\r\n$4\r\nLPOP\r\n$6\r\ncopied\r\n*1\r\n$6\r\nNOSUCH\r\n"
                                + "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n");
        byte[] whole = java.util.Arrays.copyOf(copied, copied.length + stream.length);
        System.arraycopy(stream, 0, whole, copied.length, stream.length);
        master.answer(Answer.staying(whole));
        Await.until("it goes on", SOON, () -> has("a"));
        assertTrue(client.call("ROLE").raw().contains("connected"));
    }

    private boolean has(String key) {
        try {
            return !get(key).equals("$-1\r\n") && !get(key).startsWith("-");
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }
}
