package dev.millrace.kv.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.Kv;
import dev.millrace.kv.KvClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Those who follow ask for functions only, so that no file has to be written for them. */
class FeedTest {
    private static final String VALUE = "v".repeat(100_000);

    @RegisterExtension static final Kv kv = Kv.open();

    private final List<KvClient> replicas = new ArrayList<>();

    @AfterEach
    void leave() {
        replicas.forEach(KvClient::leave);
        set("client-output-buffer-limit", "replica 268435456 67108864 60");
        set("repl-backlog-size", "1mb");
        set("repl-timeout", "60");
    }

    private static void set(String name, String value) {
        assertEquals("OK", kv.call("CONFIG", "SET", name, value));
    }

    private static String info(String name) {
        return info("replication", name);
    }

    private static String info(String section, String name) {
        for (String line : kv.first().raw("INFO", section).split("\r\n")) {
            if (line.startsWith(name + ":")) {
                return line.substring(name.length() + 1);
            }
        }
        return "";
    }

    private static String text(KvClient client) {
        return new String(client.bytes(), StandardCharsets.ISO_8859_1);
    }

    private KvClient greeting() {
        KvClient replica = kv.client();
        replicas.add(replica);
        assertEquals("OK", replica.call("REPLCONF", "rdb-filter-only", "functions"));
        return replica;
    }

    /** It has its dump, and has read it. */
    private KvClient online() {
        KvClient replica = greeting();
        replica.send(KvClient.request("PSYNC", "?", "-1"));
        assertTrue(text(replica).startsWith("+FULLRESYNC "));
        return replica;
    }

    /** The commands that have come, their words with blanks between. */
    private static List<String> commands(KvClient replica) {
        List<String> all = new ArrayList<>();
        String command = replica.receive();
        while (!command.equals(KvClient.NOTHING)) {
            all.add(command);
            command = replica.receive();
        }
        return all;
    }

    @Test
    void who_follows_is_not_counted_among_the_clients() {
        String before = info("clients", "connected_clients");
        online();
        assertEquals(before, info("clients", "connected_clients"));
        assertEquals("1", info("replication", "connected_slaves"));
    }

    // ---- What is said

    @Test
    void what_a_transaction_changes_is_one_and_a_database_is_selected_before_it() {
        KvClient replica = online();
        kv.call("SELECT", "3");
        kv.call("MULTI");
        kv.call("SET", "a", "1");
        kv.call("SELECT", "4");
        kv.call("SET", "b", "2");
        kv.call("EXEC");
        kv.call("SET", "c", "3");
        assertEquals(
                List.of(
                        "[SELECT, 3]",
                        "[MULTI]",
                        "[SET, a, 1]",
                        "[SELECT, 4]",
                        "[SET, b, 2]",
                        "[EXEC]",
                        "[SET, c, 3]"),
                commands(replica));
    }

    @Test
    void a_dump_of_functions_has_them_and_no_keys() {
        kv.call("SET", "a", "1");
        String code = "#!lua name=lib\nredis.register_function('f', function() return 1 end)";
        kv.call("FUNCTION", "LOAD", code);
        KvClient replica = greeting();
        replica.send(KvClient.request("SYNC"));
        String all = text(replica);
        int begin = all.indexOf("\r\n") + 2;
        assertEquals("$" + (all.length() - begin), all.substring(0, begin - 2));
        assertTrue(all.startsWith("REDIS0010", begin));
        assertTrue(all.contains(code));
        kv.call("FUNCTION", "FLUSH");
    }

    @Test
    void who_wants_a_dump_only_is_let_go_behind_it() {
        KvClient replica = greeting();
        assertEquals("OK", replica.call("REPLCONF", "rdb-only", "1"));
        replica.send(KvClient.request("SYNC"));
        assertTrue(replica.isClosed());
        kv.call("SET", "a", "1");
        assertFalse(text(replica).contains("SET"));
    }

    @Test
    void parts_of_a_dump_that_are_not_known_are_refused() {
        assertEquals(
                "-ERR Unsupported rdb-filter-only option: keys",
                kv.call("REPLCONF", "rdb-filter-only", "keys"));
        assertEquals(
                "-ERR value is out of range, value must between 0 and 1",
                kv.call("REPLCONF", "rdb-only", "2"));
    }

    // ---- Who follows

    @Test
    void who_only_says_what_it_listens_on_does_not_follow() {
        KvClient replica = greeting();
        assertEquals("OK", replica.call("REPLCONF", "listening-port", "1234"));
        assertEquals("0", info("connected_slaves"));
        assertEquals("", info("slave0"));
        replica.send(KvClient.request("PSYNC", "?", "-1"));
        assertEquals("1", info("connected_slaves"));
        assertTrue(info("slave0").startsWith("ip=127.0.0.1,port=1234,state=online,"));
        replica.leave();
        assertEquals("0", info("connected_slaves"));
    }

    @Test
    void who_was_away_goes_on_only_where_all_that_follows_is_kept() {
        online();
        kv.call("SET", "a", "1");
        String id = info("master_replid");
        long end = Long.parseLong(info("master_repl_offset"));
        long first = Long.parseLong(info("repl_backlog_first_byte_offset"));
        assertEquals("+CONTINUE " + id, answerTo(id, end + 1));
        assertEquals("+CONTINUE " + id, answerTo(id, first));
        assertTrue(answerTo(id, end + 2).startsWith("+FULLRESYNC"));
        assertTrue(answerTo(id, first - 1).startsWith("+FULLRESYNC"));
        assertTrue(answerTo(id, Long.MAX_VALUE).startsWith("+FULLRESYNC"));
        assertTrue(answerTo(id, Long.MIN_VALUE).startsWith("+FULLRESYNC"));
        assertTrue(answerTo("f".repeat(40), end).startsWith("+FULLRESYNC"));
    }

    private String answerTo(String id, long next) {
        KvClient replica = greeting();
        replica.send(KvClient.request("PSYNC", id, "" + next));
        return text(replica).split("\r\n", -1)[0];
    }

    @Test
    void what_is_kept_for_those_who_were_away_shrinks_and_grows_with_its_setting() {
        online();
        for (int i = 0; i < 30; i++) {
            kv.call("SET", "a", VALUE);
        }
        set("repl-backlog-size", "500kb");
        kv.advance(100);
        assertTrue(Long.parseLong(info("repl_backlog_histlen")) <= 500 << 10);
        assertTrue(Feed.of(kv.server()).heldBytes() <= 1 << 20);
        set("repl-backlog-size", "4mb");
        kv.advance(100);
        for (int i = 0; i < 60; i++) {
            kv.call("SET", "a", VALUE);
        }
        kv.advance(100);
        assertEquals("" + (4 << 20), info("repl_backlog_histlen"));
    }

    // ---- Who is slow, or silent

    @Test
    void who_reads_nothing_is_dropped_and_nothing_is_kept_for_it_any_more() {
        set("client-output-buffer-limit", "replica 3000000 0 0");
        KvClient slow = online();
        KvClient quick = online();
        slow.stall();
        for (int i = 0; i < 25; i++) {
            kv.call("SET", "a", VALUE);
        }
        assertFalse(slow.isClosed());
        for (int i = 0; i < 10; i++) {
            kv.call("SET", "a", VALUE);
        }
        assertTrue(slow.isClosed());
        slow.leave();
        kv.call("SET", "a", "1");
        assertTrue(Feed.of(kv.server()).heldBytes() <= 2 << 20);
        assertFalse(quick.isClosed());
        assertEquals(37, commands(quick).size());
    }

    @Test
    void a_limit_below_what_is_kept_anyway_is_none() {
        set("client-output-buffer-limit", "replica 1000 0 0");
        KvClient slow = online();
        slow.stall();
        kv.call("SET", "a", VALUE);
        assertFalse(slow.isClosed());
    }

    @Test
    void who_leaves_much_unread_for_long_is_dropped() {
        set("client-output-buffer-limit", "replica 0 1000000 10");
        KvClient slow = online();
        slow.stall();
        for (int i = 0; i < 15; i++) {
            kv.call("SET", "a", VALUE);
        }
        kv.advance(100);
        kv.advance(9_000);
        assertFalse(slow.isClosed());
        kv.advance(2_000);
        kv.advance(1);
        assertTrue(slow.isClosed());
    }

    @Test
    void who_is_silent_for_long_is_dropped_and_an_empty_line_is_enough() {
        set("repl-timeout", "10");
        KvClient silent = online();
        KvClient loading = online();
        kv.advance(6_000);
        loading.send("\n".getBytes(StandardCharsets.US_ASCII));
        kv.advance(6_000);
        kv.advance(1);
        assertTrue(silent.isClosed());
        assertFalse(loading.isClosed());
    }

    @Test
    void who_asked_without_a_place_never_says_where_it_is_and_may_be_silent() {
        set("repl-timeout", "10");
        KvClient replica = greeting();
        replica.send(KvClient.request("SYNC"));
        kv.advance(20_000);
        kv.advance(1);
        assertFalse(replica.isClosed());
    }
}
