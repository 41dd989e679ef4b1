package dev.millrace.registry.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** Keys and sessions over HTTP. */
@Timeout(60)
class KeyApiTest {
    @TempDir Path data;
    private RegistryServer server;

    @BeforeEach
    void start() throws Exception {
        server = new RegistryServer(data);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private void put(String path, String value) throws Exception {
        assertEquals("200 true", server.put("kv/" + path, value));
    }

    private String session(String body) throws Exception {
        String answer = server.put("session/create", body);
        assertTrue(answer.startsWith("200 {\"ID\":\""), answer);
        return answer.substring(11, 47);
    }

    private void assertHas(String answer, String... parts) {
        for (String part : parts) {
            assertTrue(answer.contains(part), part + " in " + answer);
        }
    }

    // ---- Keys

    @Test
    void a_value_is_read_as_an_entry_and_raw() throws Exception {
        put("a/b?flags=18446744073709551615", "hello");
        assertHas(
                server.get("kv/a/b"),
                "\"Key\":\"a/b\"",
                "\"Value\":\"aGVsbG8=\"",
                "\"Flags\":18446744073709551615",
                "\"LockIndex\":0");
        assertEquals("200 hello", server.get("kv/a/b?raw"));
        put("empty", "");
        assertHas(server.get("kv/empty"), "\"Value\":null");
        assertEquals("404 ", server.get("kv/none"));
    }

    @Test
    void trees_are_listed_by_entries_keys_and_up_to_a_separator() throws Exception {
        put("app/a", "1");
        put("app/sub/b", "2");
        put("app/sub/c", "3");
        put("apple", "4");
        assertHas(server.get("kv/app/?recurse"), "\"Key\":\"app/a\"", "\"Key\":\"app/sub/c\"");
        assertFalse(server.get("kv/app/?recurse").contains("apple"));
        assertEquals("200 [\"app/a\",\"app/sub/b\",\"app/sub/c\"]", server.get("kv/app/?keys"));
        assertEquals("200 [\"app/a\",\"app/sub/\"]", server.get("kv/app/?keys&separator=/"));
        assertEquals(
                "200 [\"app/a\",\"app/sub/b\",\"app/sub/c\",\"apple\"]", server.get("kv/?keys"));
        assertEquals("404 ", server.get("kv/none/?keys"));
        assertEquals("200 true", server.ask("DELETE", "kv/app/?recurse", ""));
        assertEquals("200 [\"apple\"]", server.get("kv/?keys"));
    }

    @Test
    void cas_sets_and_deletes_only_what_is_as_it_was() throws Exception {
        assertEquals("200 true", server.put("kv/k?cas=0", "1"));
        assertEquals("200 false", server.put("kv/k?cas=0", "2"));
        long index = server.index("kv/k");
        assertEquals("200 true", server.put("kv/k?cas=" + index, "2"));
        assertEquals("200 false", server.put("kv/k?cas=" + index, "3"));
        assertEquals("200 false", server.ask("DELETE", "kv/k?cas=" + index, ""));
        assertEquals("200 2", server.get("kv/k?raw"));
        assertEquals("200 true", server.ask("DELETE", "kv/k?cas=" + server.index("kv/k"), ""));
        assertEquals("404 ", server.get("kv/k"));
    }

    @Test
    void a_key_and_a_tree_are_waited_for_and_others_wake_nobody() throws Exception {
        put("a/x", "1");
        long index = server.index("kv/a/x");
        CompletableFuture<String> key = server.later("kv/a/x?raw&index=" + index);
        CompletableFuture<String> tree =
                server.later("kv/a/?keys&index=" + server.index("kv/a/?keys"));
        put("b", "1");
        put("a/y", "1");
        assertEquals("200 [\"a/x\",\"a/y\"]", tree.get());
        assertFalse(key.isDone());
        put("a/x", "2");
        assertEquals("200 2", key.get());
        CompletableFuture<String> end = server.later("kv/a/x?index=" + server.index("kv/a/x"));
        assertEquals("200 true", server.ask("DELETE", "kv/a/x", ""));
        assertEquals("404 ", end.get());
    }

    @Test
    void the_same_value_again_changes_no_index() throws Exception {
        put("k", "v");
        long index = server.index("kv/k");
        put("k", "v");
        assertEquals(index, server.index("kv/k"));
    }

    @Test
    void bad_requests_are_refused_in_consuls_words() throws Exception {
        assertEquals("400 Missing key name", server.put("kv/", "v"));
        assertEquals("400 Missing key name", server.get("kv/"));
        assertEquals(
                "400 Conflicting flags: cas=0&acquire=x", server.put("kv/k?cas=0&acquire=x", "v"));
        assertEquals("500 invalid session \"no\"", server.put("kv/k?acquire=no", "v"));
        String large = "x".repeat(512 * 1024);
        put("large", large);
        assertHas(
                server.put("kv/large", large + "x"),
                "413 Request body(524289 bytes) too large, max size: 524288 bytes.");
        assertEquals("200 " + large, server.get("kv/large?raw"));
    }

    // ---- Sessions

    @Test
    void a_lock_has_one_holder_and_goes_to_another_when_it_is_released() throws Exception {
        String one = session("{\"LockDelay\":\"0s\"}");
        String other = session("{\"LockDelay\":\"0s\"}");
        assertEquals("200 true", server.put("kv/lead?acquire=" + one, "one"));
        assertEquals("200 false", server.put("kv/lead?acquire=" + other, "other"));
        assertEquals("200 true", server.put("kv/lead?acquire=" + one, "again"));
        assertHas(server.get("kv/lead"), "\"LockIndex\":1", "\"Session\":\"" + one + "\"");
        put("lead", "set by anybody");
        assertHas(server.get("kv/lead"), "\"Session\":\"" + one + "\"");
        assertEquals("200 false", server.put("kv/lead?release=" + other, ""));
        assertEquals("200 true", server.put("kv/lead?release=" + one, "free"));
        assertEquals("200 true", server.put("kv/lead?acquire=" + other, "other"));
        assertHas(server.get("kv/lead"), "\"LockIndex\":2", "\"Session\":\"" + other + "\"");
    }

    @Test
    void the_end_of_a_session_releases_or_deletes_what_it_held() throws Exception {
        String releases = session("{}");
        String deletes = session("{\"Behavior\":\"delete\",\"LockDelay\":\"0s\"}");
        assertEquals("200 true", server.put("kv/r?acquire=" + releases, "r"));
        assertEquals("200 true", server.put("kv/d?acquire=" + deletes, "d"));
        CompletableFuture<String> waiting = server.later("kv/d?index=" + server.index("kv/d"));
        assertEquals("200 true", server.put("session/destroy/" + releases, ""));
        assertEquals("200 true", server.put("session/destroy/" + deletes, ""));
        assertEquals("404 ", waiting.get());
        assertFalse(server.get("kv/r").contains("Session"));
        String next = session("{}");
        assertEquals("200 false", server.put("kv/r?acquire=" + next, "within the lock delay"));
        assertEquals("200 true", server.put("kv/d?acquire=" + next, "it had none"));
    }

    @Test
    void a_check_that_fails_ends_the_sessions_that_depend_on_it() throws Exception {
        server.put(
                "agent/check/register", "{\"Name\":\"c\",\"TTL\":\"1h\",\"Status\":\"passing\"}");
        String depends = session("{\"NodeChecks\":[\"serfHealth\",\"c\"]}");
        String not = session("{}");
        assertEquals("200 true", server.put("kv/k?acquire=" + depends, "v"));
        assertEquals("200 ", server.put("agent/check/fail/c", ""));
        assertEquals("200 []", server.get("session/info/" + depends));
        assertFalse(server.get("kv/k").contains("Session"));
        assertHas(server.get("session/list"), not);
        assertEquals(
                "500 Check \"c\" is in critical state",
                server.put("session/create", "{\"NodeChecks\":[\"c\"]}"));
    }

    @Test
    void sessions_and_locks_and_delays_are_there_after_a_restart() throws Exception {
        String holder = session("{\"TTL\":\"1h\",\"Name\":\"n\"}");
        String failed = session("{}");
        assertEquals("200 true", server.put("kv/lead?acquire=" + holder, "1"));
        assertEquals("200 true", server.put("kv/other?acquire=" + failed, "1"));
        assertEquals("200 true", server.put("session/destroy/" + failed, ""));
        server.close();
        server = new RegistryServer(data);
        String next = session("{}");
        assertEquals("200 false", server.put("kv/lead?acquire=" + next, "2"));
        assertEquals("200 false", server.put("kv/other?acquire=" + next, "2"));
        assertHas(server.put("session/renew/" + holder, ""), "\"Name\":\"n\"", "\"TTL\":\"1h\"");
        assertHas(server.get("session/node/n1"), holder, next);
    }

    @Test
    void bad_sessions_are_refused_in_consuls_words() throws Exception {
        assertEquals(
                "500 Invalid Session TTL '5000000000', must be between [10s=24h0m0s]",
                server.put("session/create", "{\"TTL\":\"5s\"}"));
        assertEquals(
                "500 Invalid Behavior setting 'keep'",
                server.put("session/create", "{\"Behavior\":\"keep\"}"));
        assertEquals(
                "500 Missing node registration",
                server.put("session/create", "{\"Node\":\"none\"}"));
        assertEquals(
                "500 Missing check \"none\" registration",
                server.put("session/create", "{\"Checks\":[\"none\"]}"));
        assertEquals("404 Session id 'none' not found", server.put("session/renew/none", ""));
        assertEquals("200 true", server.put("session/destroy/none", ""));
    }
}
