package dev.millrace.kv.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.Kv;
import dev.millrace.kv.session.RunningScript;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

class ScriptsTest {
    private static final int KILLED = 300;
    private static final String NOT_ALLOWED = "-ERR This Redis command is not allowed from script";

    @RegisterExtension static final Kv kv = Kv.open();

    private static String eval(String script, String... keysAndArguments) {
        String[] all = new String[keysAndArguments.length + 3];
        all[0] = "EVAL";
        all[1] = script;
        all[2] = Integer.toString(keysAndArguments.length);
        System.arraycopy(keysAndArguments, 0, all, 3, keysAndArguments.length);
        return kv.call(all);
    }

    @Test
    void a_script_changes_keys_and_answers() {
        assertEquals("OK", eval("return redis.call('SET', KEYS[1], 'x')", "a"));
        assertEquals("x", kv.call("GET", "a"));
    }

    @Test
    void a_script_is_known_by_its_hash_until_the_cache_is_flushed() {
        String sha = kv.call("SCRIPT", "LOAD", "return 7");
        assertEquals(":7", kv.call("EVALSHA", sha, "0"));
        kv.call("SCRIPT", "FLUSH");
        assertEquals(
                "-NOSCRIPT No matching script. Please use EVAL.", kv.call("EVALSHA", sha, "0"));
    }

    @Test
    void time_stands_still_in_a_script() {
        String times = "return redis.call('TIME')[1] == redis.call('TIME')[1]";
        assertEquals(":1", eval(times));
    }

    @Test
    void a_database_that_a_script_selects_is_not_its_clients() {
        eval("redis.call('SELECT', 3) redis.call('SET', 'there', '1')");
        assertEquals(":0", kv.call("EXISTS", "there"));
        kv.call("SELECT", "3");
        assertEquals(":1", kv.call("EXISTS", "there"));
        kv.call("SELECT", "0");
    }

    @Test
    void what_a_script_has_changed_before_it_fails_stays_changed() {
        assertTrue(eval("redis.call('SET', 'a', '1') error('x')").startsWith("-ERR"));
        assertEquals("1", kv.call("GET", "a"));
    }

    @Test
    void a_script_runs_inside_a_transaction() {
        kv.call("MULTI");
        kv.call("SET", "a", "1");
        kv.call("EVAL", "return redis.call('INCR', 'a')", "0");
        assertEquals("*2\r\n+OK\r\n:2\r\n", kv.first().raw("EXEC"));
        assertEquals("2", kv.call("GET", "a"));
    }

    @Test
    void a_script_that_only_reads_is_refused_a_change() {
        assertTrue(
                kv.call("EVAL_RO", "return redis.call('SET', 'a', '1')", "0")
                        .startsWith("-ERR Write commands are not allowed from read-only scripts."));
        assertTrue(
                eval("#!lua flags=no-writes\nreturn redis.call('SET', 'a', '1')")
                        .startsWith("-ERR Write commands are not allowed from read-only scripts."));
    }

    @Test
    void a_change_in_another_room_is_refused() {
        assertTrue(eval("return redis.call('MR.PUB', 'orders', 'x')").startsWith(NOT_ALLOWED));
    }

    @Test
    void a_trusted_script_calls_what_is_not_for_scripts() {
        String answersTrue = "redis.setresp(3) return redis.call('DEBUG', 'PROTOCOL', 'true')";
        assertTrue(eval(answersTrue).startsWith(NOT_ALLOWED));
        kv.call("DEBUG", "SET-DISABLE-DENY-SCRIPTS", "1");
        assertEquals(":1", eval(answersTrue));
        assertEquals("proto", eval("return redis.call('HELLO', '2')[5]"));
        kv.call("DEBUG", "SET-DISABLE-DENY-SCRIPTS", "0");
        assertTrue(eval(answersTrue).startsWith(NOT_ALLOWED));
    }

    @Test
    void what_takes_a_client_of_its_own_is_not_for_trusted_scripts_either() {
        kv.call("DEBUG", "SET-DISABLE-DENY-SCRIPTS", "1");
        for (String call :
                List.of(
                        "'MULTI'",
                        "'EXEC'",
                        "'WATCH', 'a'",
                        "'SUBSCRIBE', 'news'",
                        "'EVAL', 'return 1', 0",
                        "'SCRIPT', 'FLUSH'",
                        "'FUNCTION', 'FLUSH'",
                        "'SHUTDOWN', 'NOSAVE'",
                        "'RESET'")) {
            assertTrue(eval("return redis.call(" + call + ")").startsWith(NOT_ALLOWED), call);
        }
        kv.call("DEBUG", "SET-DISABLE-DENY-SCRIPTS", "0");
    }

    @Test
    void what_a_trusted_script_makes_of_its_client_is_gone_with_it() {
        kv.call("DEBUG", "SET-DISABLE-DENY-SCRIPTS", "1");
        eval("redis.call('CLIENT', 'SETNAME', 'x') redis.call('CLIENT', 'TRACKING', 'ON')");
        assertEquals(
                "*2\r\n$0\r\n\r\n:-1\r\n",
                kv.first()
                        .raw(
                                "EVAL",
                                "return {redis.call('CLIENT', 'GETNAME') or '',"
                                        + " redis.call('CLIENT', 'GETREDIR')}",
                                "0"));
        kv.call("DEBUG", "SET-DISABLE-DENY-SCRIPTS", "0");
    }

    /** Asks for the end of the script that runs once it has had a command of this name executed. */
    private static boolean killAfter(String name, String script) {
        boolean[] killed = {false};
        kv.server()
                .tap(
                        (session, command, request, database, redacted) -> {
                            RunningScript running = kv.server().script();
                            if (running != null && command.name().equals(name)) {
                                killed[0] = running.kill();
                            }
                        });
        answer = eval(script);
        kv.server().tap(null);
        return killed[0];
    }

    private static String answer = "";

    @Test
    void who_is_killed_when_it_is_about_to_write_writes_nothing() {
        assertTrue(killAfter("get", "redis.call('GET', 'a') redis.call('SET', 'torn', '1')"));
        assertTrue(answer.startsWith("-ERR Script killed by user"), answer);
        assertEquals("nil", kv.call("GET", "torn"));
    }

    @Test
    void who_has_written_is_not_killed_any_more() {
        assertFalse(killAfter("set", "redis.call('SET', 'a', '1') return redis.call('GET', 'a')"));
        assertEquals("1", answer);
    }

    @Test
    void who_is_killed_by_another_thread_has_done_all_or_nothing() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        Thread killing =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    while (!ended.get()) {
                                        RunningScript running = kv.server().script();
                                        boolean _ = running != null && running.kill();
                                    }
                                });
        String script =
                "for i = 1, tonumber(ARGV[1]) do end redis.call('SET', 'one', '1')"
                        + " for i = 1, 30000 do end redis.call('SET', 'two', '1') return 1";
        try {
            for (int i = 0; i < KILLED; i++) {
                String done = kv.call("EVAL", script, "0", "" + i * 37);
                boolean all = done.equals(":1");
                assertTrue(all || done.startsWith("-ERR Script killed by user"), done);
                assertEquals(all ? "[1, 1]" : "[nil, nil]", kv.call("MGET", "one", "two"));
                kv.call("DEL", "one", "two");
            }
        } finally {
            ended.set(true);
            killing.join();
        }
    }

    @Test
    void nobody_runs_who_could_be_killed() {
        assertEquals("-NOTBUSY No scripts in execution right now.", kv.call("SCRIPT", "KILL"));
    }
}
