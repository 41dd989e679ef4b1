package dev.millrace.kv.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.Kv;
import dev.millrace.kv.KvClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Commands of a transaction that log what they find find what those before them have put there. The
 * store under test fails whenever a record is longer than what was set aside for it.
 */
class ReservationTest {
    private static final int MEMBERS = 300;

    @RegisterExtension static final Kv kv = Kv.open();

    private static void add(String command, String key) {
        List<String> words = new ArrayList<>(List.of(command, key));
        for (int i = 0; i < MEMBERS; i++) {
            words.add("member-" + i + "-" + "x".repeat(i % 50));
        }
        assertEquals(":" + MEMBERS, kv.call(words.toArray(String[]::new)));
    }

    private static String execute(String... commands) {
        assertEquals("+OK", "+" + kv.call("MULTI"));
        for (String command : commands) {
            assertEquals("QUEUED", kv.call(command.split(" ")));
        }
        return kv.call("EXEC");
    }

    private static int popped(String exec) {
        return exec.split("member-", -1).length - 1;
    }

    @Test
    void what_is_popped_may_have_been_renamed_before() {
        add("SADD", "far");
        assertEquals(MEMBERS, popped(execute("RENAME far near", "SPOP near " + MEMBERS)));
        assertEquals(":0", kv.call("EXISTS", "near"));
    }

    @Test
    void or_copied_or_moved_or_swapped_or_another_database_selected() {
        add("SADD", "far");
        String pop = "SPOP near " + (MEMBERS - 1);
        assertEquals(MEMBERS - 1, popped(execute("COPY far near", pop)));
        assertEquals(MEMBERS - 1, popped(execute("COPY far near DB 3 REPLACE", "SELECT 3", pop)));
        kv.call("SELECT", "0");
        kv.call("COPY", "far", "near", "REPLACE");
        assertEquals(MEMBERS - 1, popped(execute("MOVE near 4", "SELECT 4", pop)));
        kv.call("SELECT", "0");
        kv.call("COPY", "far", "near", "DB", "5");
        assertEquals(MEMBERS - 1, popped(execute("SWAPDB 0 5", pop)));
    }

    @Test
    void sets_may_be_put_together_of_what_was_moved() {
        add("SADD", "far");
        assertEquals(
                "[OK, :" + MEMBERS + ", :" + MEMBERS + ", :" + MEMBERS + "]",
                execute(
                        "RENAME far near",
                        "SUNIONSTORE a near other",
                        "SINTERSTORE b a near",
                        "SDIFFSTORE c b other"));
    }

    @Test
    void a_sorted_list_may_double_each_time() {
        kv.call("RPUSH", "l", "a", "b");
        String twice = "SORT l BY nosort GET # GET # STORE l";
        assertEquals(
                "[:4, :8, :16, :32, :64, :128, :256, :512, :1024, :2048]",
                execute(twice, twice, twice, twice, twice, twice, twice, twice, twice, twice));
    }

    @Test
    void what_there_is_no_space_for_is_refused_alone_and_changes_nothing() {
        kv.call("RPUSH", "l", "x".repeat(3000), "b");
        String twice = "SORT l BY nosort GET # GET # STORE l";
        String[] commands = new String[20];
        Arrays.fill(commands, twice);
        commands[0] = "SET before 1";
        commands[19] = "SET after 1";
        String answer = execute(commands);
        assertTrue(answer.startsWith("[OK, :4, :8, :16, "), answer);
        assertTrue(answer.contains("of the journal, which has no space for them yet, "), answer);
        assertTrue(answer.endsWith(", OK]"), answer);
        int stored = answer.split(", :", -1).length - 1;
        assertEquals(":" + (2L << stored), kv.call("LLEN", "l"));
        assertEquals("[1, 1]", kv.call("MGET", "before", "after"));
    }

    @Test
    void many_that_may_change_much_and_do_not_need_no_more_space_than_they_use() {
        String[] commands = new String[1000];
        Arrays.fill(commands, "PFADD h a");
        assertEquals("[:1" + ", :0".repeat(999) + "]", execute(commands));
    }

    @Test
    void who_finds_an_expired_key_and_then_no_space_has_logged_that_it_is_gone() {
        kv.call("SADD", "gone", "a");
        kv.call("SADD", "there", "b");
        kv.call("PEXPIRE", "gone", "10");
        kv.advance(11);
        kv.shortOfSpaceAfter(1);
        assertEquals(KvClient.NOTHING, kv.call("SUNIONSTORE", "all", "gone", "there"));
        kv.spaceGained();
        assertEquals(":1", kv.first().receive());
        assertEquals("[b]", kv.call("SMEMBERS", "all"));
    }
}
