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
import java.util.Arrays;

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

    private static byte[] copy(byte[] of) {
        return FakeMaster.join(
                FakeMaster.latin("+FULLRESYNC " + ID + " 1000\r\n$" + of.length + "\r\n"), of);
    }

    /** The dump, and behind it these commands, words apart by blanks. */
    private byte[] copyAnd(String... commands) {
        return FakeMaster.join(copy(dump), stream(commands));
    }

    private static byte[] stream(String... commands) {
        StringBuilder all = new StringBuilder();
        for (String command : commands) {
            String[] words = command.split(" ", -1);
            all.append('*').append(words.length).append("\r\n");
            for (String word : words) {
                all.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
            }
        }
        return FakeMaster.latin(all.toString());
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
        byte[] half = Arrays.copyOf(whole, whole.length - dump.length / 2);
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
        byte[] stream =
                FakeMaster.latin(
                        "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n*3\r\n$3\r\nSET\r\n$1\r\nb");
        byte[] whole = FakeMaster.join(copy(dump), stream);
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
        byte[] stream = FakeMaster.latin("*x\r\n");
        byte[] whole = FakeMaster.join(copy(dump), stream);
        master.answer(Answer.staying(whole));
        assertEquals("PSYNC ? -1", nextPsync());
        assertEquals("PSYNC " + ID + " 1001", nextPsync());
        assertEquals("$3\r\nyes\r\n", get("copied"));
        master.answer(Answer.closing(""));
    }

    @Test
    void what_a_command_of_the_master_fails_with_stops_nothing() throws Exception {
        byte[] stream =
                FakeMaster.latin(
                        "*2\r\n$4\r\nLPOP\r\n$6\r\ncopied\r\n*1\r\n$6\r\nNOSUCH\r\n"
                                + "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n");
        byte[] whole = FakeMaster.join(copy(dump), stream);
        master.answer(Answer.staying(whole));
        Await.until("it goes on", SOON, () -> has("a"));
        assertTrue(client.call("ROLE").raw().contains("connected"));
    }

    @Test
    void a_dump_up_to_a_mark_is_taken_and_answered_for() throws Exception {
        String mark = "m".repeat(40);
        String head = "\n\n+FULLRESYNC " + ID + " 1000\r\n\n$EOF:" + mark + "\r\n";
        byte[] whole =
                FakeMaster.join(
                        FakeMaster.join(FakeMaster.latin(head), dump), FakeMaster.latin(mark));
        master.answer(Answer.staying(whole).inSingleBytes());
        assertEquals("PSYNC ? -1", nextPsync());
        assertEquals("REPLCONF ACK 1000", master.asked());
        assertEquals("$3\r\nyes\r\n", get("copied"));
    }

    @Test
    void a_dump_up_to_a_mark_that_does_not_come_changes_nothing() throws Exception {
        String head = "+FULLRESYNC " + ID + " 1000\r\n$EOF:" + "m".repeat(40) + "\r\n";
        master.answer(new Answer(FakeMaster.join(FakeMaster.latin(head), dump), false));
        assertEquals("PSYNC ? -1", nextPsync());
        assertEquals("PSYNC ? -1", nextPsync());
        assertEquals("$1\r\n1\r\n", get("mine"));
        master.answer(Answer.closing(""));
    }

    @Test
    void a_master_hears_of_who_takes_its_dump() throws Exception {
        master.answer(Answer.staying(copy(dump)));
        Await.until("it has the copy", SOON, () -> has("copied"));
        assertTrue(master.emptyLines() > 0);
    }

    @Test
    void a_copy_of_a_stream_with_a_name_that_is_none_is_not_taken() throws Exception {
        for (String name : new String[] {"x".repeat(2000), "../".repeat(13) + "a"}) {
            String head = "+FULLRESYNC " + name + " 1000\r\n$" + dump.length + "\r\n";
            master.answer(Answer.staying(FakeMaster.join(FakeMaster.latin(head), dump)));
            assertEquals("PSYNC ? -1", nextPsync());
        }
        assertEquals("PSYNC ? -1", nextPsync());
        assertEquals("$1\r\n1\r\n", get("mine"));
        master.answer(Answer.closing(""));
    }

    @Test
    void a_name_of_the_stream_that_is_none_is_passed_over_when_it_goes_on() throws Exception {
        master.answer(new Answer(copyAnd("SET a 1"), false));
        assertEquals("PSYNC ? -1", nextPsync());
        assertEquals("PSYNC " + ID + " 1028", nextPsync());
        byte[] answer = FakeMaster.latin("+CONTINUE " + "x".repeat(2000) + "\r\n");
        master.answer(new Answer(FakeMaster.join(answer, stream("SET b 1")), false));
        assertEquals("PSYNC " + ID + " 1055", nextPsync());
        master.answer(Answer.closing(""));
    }

    @Test
    void a_dump_of_no_length_or_of_more_than_there_is_room_for_changes_nothing() throws Exception {
        for (String length : new String[] {"0", "-1", "", "9223372036854775807", "EOF:", "99e9"}) {
            master.answer(Answer.closing("+FULLRESYNC " + ID + " 1000\r\n$" + length + "\r\n"));
            assertEquals("PSYNC ? -1", nextPsync());
        }
        assertEquals("PSYNC ? -1", nextPsync());
        assertEquals("$1\r\n1\r\n", get("mine"));
        master.answer(Answer.closing(""));
    }

    @Test
    void commands_may_come_in_single_bytes_and_in_any_database() throws Exception {
        byte[] whole =
                copyAnd(
                        "SELECT 3",
                        "MULTI",
                        "SET a 1",
                        "SELECT 4",
                        "SET b 2",
                        "EXEC",
                        "SET c 3",
                        "SELECT 0",
                        "SET end 1");
        master.answer(Answer.staying(whole).inSingleBytes());
        Await.until("it has all", SOON, () -> has("end"));
        assertEquals(
                "# Keyspace\r\ndb0:keys=3,expires=0,avg_ttl=0\r\n"
                        + "db3:keys=1,expires=0,avg_ttl=0\r\ndb4:keys=2,expires=0,avg_ttl=0\r\n",
                client.call("INFO", "keyspace").reply().text());
    }

    @Test
    void a_transaction_that_breaks_off_is_not_begun() throws Exception {
        master.answer(new Answer(copyAnd("SET a 1", "MULTI", "SET b 2"), false));
        assertEquals("PSYNC ? -1", nextPsync());
        assertEquals("PSYNC " + ID + " 1028", nextPsync());
        assertEquals("$1\r\n1\r\n", get("a"));
        assertEquals("$-1\r\n", get("b"));
        master.answer(Answer.closing(""));
    }

    @Test
    void what_changes_nothing_is_not_said_again_when_the_link_broke() throws Exception {
        byte[] whole = copyAnd("SET a 1", "PUBLISH c hello", "PING");
        master.answer(new Answer(whole, false));
        assertEquals("PSYNC ? -1", nextPsync());
        int said = stream("SET a 1", "PUBLISH c hello", "PING").length;
        assertEquals("PSYNC " + ID + " " + (1001 + said), nextPsync());
        master.answer(Answer.closing(""));
    }

    @Test
    void a_length_that_no_value_has_ends_the_link() throws Exception {
        byte[] stream = FakeMaster.latin("*2\r\n$3\r\nSET\r\n$3000000000\r\n");
        master.answer(Answer.staying(FakeMaster.join(copy(dump), stream)));
        assertEquals("PSYNC ? -1", nextPsync());
        assertEquals("PSYNC " + ID + " 1001", nextPsync());
        master.answer(Answer.closing(""));
    }

    @Test
    void a_key_whose_time_has_come_is_there_until_the_master_deletes_it() throws Exception {
        master.answer(
                Answer.staying(
                        copyAnd(
                                "SET a 1 PXAT 1000",
                                "SET b 1",
                                "PEXPIREAT b 1000",
                                "PERSIST a",
                                "PERSIST b",
                                "SET end 1")));
        Await.until("it has all", SOON, () -> has("end"));
        assertEquals("$1\r\n1\r\n", get("a"));
        assertEquals("$1\r\n1\r\n", get("b"));
    }

    @Test
    void who_is_free_again_takes_no_more_of_a_dump() throws Exception {
        byte[] whole = copy(dump);
        master.answer(Answer.staying(Arrays.copyOf(whole, whole.length - 1)));
        assertEquals("PSYNC ? -1", nextPsync());
        assertEquals("+OK\r\n", client.call("REPLICAOF", "NO", "ONE").raw());
        assertEquals("+OK\r\n", client.call("SET", "mine", "2").raw());
        assertEquals("*0\r\n", client.call("LRANGE", "list", "0", "-1").raw());
        assertEquals("$1\r\n2\r\n", get("mine"));
        assertEquals("master", client.call("ROLE").reply().children().getFirst().text());
    }

    private boolean has(String key) {
        try {
            String answer = get(key);
            return !answer.equals("$-1\r\n") && !answer.startsWith("-");
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }
}
