package dev.millrace.kv.tracking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

/** Who reads and who writes are on lanes of their own. */
class TrackingTest {
    private final KvLanes kv = KvLanes.open(2);
    private final LaneClient reader = kv.client(0);
    private final LaneClient writer = kv.client(1);

    @AfterEach
    void close() {
        kv.close();
    }

    private void track(String options) {
        reader.call("HELLO 3");
        assertEquals("OK", reader.call("CLIENT TRACKING ON" + options));
    }

    private String write(String command) {
        String answer = writer.call(command);
        kv.settle();
        return answer;
    }

    @Test
    void who_has_read_a_key_is_told_once_that_it_changed() {
        track("");
        reader.calls("GET a", "MGET a b");
        write("SET a 1");
        assertEquals(">[invalidate, [a]]", reader.next());
        write("SET a 2");
        write("MSET b 1 c 1");
        assertEquals(">[invalidate, [b]]", reader.next());
        assertFalse(reader.hasMore());
    }

    @Test
    void whoever_changes_it_itself_is_told_behind_the_answer() {
        track("");
        reader.call("GET a");
        assertEquals("OK", reader.call("SET a 1"));
        assertEquals(">[invalidate, [a]]", reader.next());
        reader.calls("GET a", "MULTI", "SET a 2", "GET b");
        assertEquals("[OK, nil]", reader.call("EXEC"));
        assertEquals(">[invalidate, [a]]", reader.next());
    }

    @Test
    void a_script_that_reads_anything_has_read_all_keys_that_it_names() {
        track("");
        reader.sendBytes(eval("redis.call('set', 'x', 1)"));
        assertEquals("nil", reader.next());
        write("SET a 1");
        reader.sendBytes(eval("redis.call('get', 'x')"));
        assertEquals("nil", reader.next());
        write("SET b 1");
        assertEquals(">[invalidate, [b]]", reader.next());
        write("SET a 2");
        assertEquals(">[invalidate, [a]]", reader.next());
        assertFalse(reader.hasMore());
    }

    /** EVAL of a script that names two keys, a and b. */
    private static byte[] eval(String script) {
        String head = "*5\r\n$4\r\nEVAL\r\n$" + script.length() + "\r\n" + script;
        String keys = "\r\n$1\r\n2\r\n$1\r\na\r\n$1\r\nb\r\n";
        return (head + keys).getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void with_noloop_it_is_not_told_of_what_it_does_itself() {
        track(" NOLOOP");
        reader.calls("GET a", "GET b", "SET a 1");
        write("SET b 1");
        assertEquals(">[invalidate, [b]]", reader.next());
        assertFalse(reader.hasMore());
    }

    @Test
    void with_optin_only_what_is_asked_for_is_remembered() {
        track(" OPTIN");
        reader.calls("GET a", "CLIENT CACHING YES", "GET b", "GET c");
        write("MSET a 1 b 1 c 1");
        assertEquals(">[invalidate, [b]]", reader.next());
        assertFalse(reader.hasMore());
    }

    @Test
    void with_optout_only_what_is_asked_for_is_not() {
        track(" OPTOUT");
        reader.calls("CLIENT CACHING NO", "GET a", "GET b");
        write("MSET a 1 b 1");
        assertEquals(">[invalidate, [b]]", reader.next());
        assertFalse(reader.hasMore());
    }

    @Test
    void prefixes_are_told_together_whoever_has_read() {
        track(" BCAST PREFIX a PREFIX b");
        write("MSET a2 1 a1 1 b1 1 c1 1");
        assertEquals(">[invalidate, [a1, a2]]", reader.next());
        assertEquals(">[invalidate, [b1]]", reader.next());
        assertFalse(reader.hasMore());
        assertEquals(
                "-ERR Prefix 'ab' overlaps with an existing prefix 'a'. Prefixes for a single"
                        + " client must not overlap.",
                reader.call("CLIENT TRACKING ON BCAST PREFIX ab"));
    }

    @Test
    void prefixes_count_as_what_the_server_keeps_for_a_client() {
        long before = kv.server().keptNames().bytes();
        long memory = reader.session().memoryBytes();
        track(" BCAST PREFIX " + "p".repeat(1000));
        reader.call("CLIENT TRACKING ON BCAST PREFIX q");
        long taken = kv.server().keptNames().bytes() - before;
        assertTrue(taken >= 1001 && taken < 4000, taken + " bytes");
        assertEquals(memory + taken, reader.session().memoryBytes());
        reader.call("CLIENT TRACKING OFF");
        assertEquals(before, kv.server().keptNames().bytes());
        track(" BCAST PREFIX a");
        reader.leave();
        kv.settle();
        assertEquals(before, kv.server().keptNames().bytes());
    }

    @Test
    void another_client_can_be_told_in_its_place_over_resp2() {
        LaneClient listener = kv.client(1);
        listener.call("SUBSCRIBE __redis__:invalidate");
        long id = listener.session().id();
        assertEquals("OK", reader.call("CLIENT TRACKING ON REDIRECT " + id));
        assertEquals(":" + id, reader.call("CLIENT GETREDIR"));
        reader.call("GET a");
        write("SET a 1");
        assertEquals("[message, __redis__:invalidate, [a]]", listener.next());
        reader.calls("HELLO 3", "GET a");
        listener.leave();
        kv.settle();
        write("SET a 2");
        assertEquals(">[tracking-redir-broken, :" + id + "]", reader.next());
        assertTrue(reader.call("CLIENT TRACKINGINFO").contains("broken_redirect"));
    }

    @Test
    void all_keys_are_gone_at_once_when_they_are() {
        track("");
        reader.calls("GET a", "GET b");
        write("FLUSHALL");
        assertEquals(">[invalidate, nil]", reader.next());
        write("SET a 1");
        assertFalse(reader.hasMore());
    }

    @Test
    void beyond_the_limit_the_oldest_is_forgotten_and_told() {
        writer.call("CONFIG SET tracking-table-max-keys 2");
        track("");
        reader.calls("GET a{t}", "GET b{t}", "GET c{t}");
        assertEquals(">[invalidate, [a{t}]]", reader.next());
        assertTrue(writer.call("INFO stats").contains("tracking_total_keys:2"));
    }

    @Test
    void who_reads_more_than_is_remembered_is_told_also_with_noloop() {
        writer.call("CONFIG SET tracking-table-max-keys 1");
        track(" NOLOOP");
        reader.calls("GET a{t}", "GET b{t}");
        assertEquals(">[invalidate, [a{t}]]", reader.next());
    }

    @Test
    void a_lower_limit_holds_when_that_is_answered() {
        track("");
        reader.calls("GET a{t}", "GET b{t}");
        writer.call("CONFIG SET tracking-table-max-keys 1");
        reader.send("PING");
        assertEquals(">[invalidate, [a{t}]]", reader.next());
        assertEquals("PONG", reader.next());
    }

    @Test
    void who_ends_it_is_told_no_more() {
        track("");
        reader.calls("GET a", "CLIENT TRACKING OFF");
        write("SET a 1");
        assertFalse(reader.hasMore());
        assertTrue(writer.call("INFO clients").contains("tracking_clients:0"));
    }

    @Test
    void the_modes_exclude_each_other_as_in_redis() {
        assertEquals(
                "-ERR PREFIX option requires BCAST mode to be enabled",
                reader.call("CLIENT TRACKING ON PREFIX a"));
        assertEquals(
                "-ERR You can't specify both OPTIN mode and OPTOUT mode",
                reader.call("CLIENT TRACKING ON OPTIN OPTOUT"));
        assertEquals(
                "-ERR OPTIN and OPTOUT are not compatible with BCAST",
                reader.call("CLIENT TRACKING ON BCAST OPTIN"));
        assertEquals(
                "-ERR CLIENT CACHING can be called only when the client is in tracking mode with"
                        + " OPTIN or OPTOUT mode enabled",
                reader.call("CLIENT CACHING YES"));
    }
}
