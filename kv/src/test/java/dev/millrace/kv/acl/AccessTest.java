package dev.millrace.kv.acl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

class AccessTest {
    private static final int PASSWORD_BYTES = 4 << 20;
    private static final int ROUNDS = 12;
    private static final String NO_KEY =
            "-NOPERM this user has no permissions to access one of the keys used as arguments";
    private static final String NO_CHANNEL =
            "-NOPERM this user has no permissions to access one of the channels used as arguments";

    private final KvLanes kv = KvLanes.open(2);
    private final LaneClient admin = kv.client(0);

    @AfterEach
    void close() {
        kv.close();
    }

    private static String noCommand(String name) {
        return "-NOPERM this user has no permissions to run the '" + name + "' command";
    }

    /** A client on the other lane, as a user who may do this. */
    private LaneClient user(String rules) {
        assertEquals("OK", admin.call("ACL SETUSER bob on >pw " + rules));
        LaneClient client = kv.client(1);
        assertEquals("OK", client.call("AUTH bob pw"));
        return client;
    }

    @Test
    void a_new_user_may_do_nothing() {
        LaneClient bob = user("");
        assertEquals(noCommand("ping"), bob.call("PING"));
        assertEquals(noCommand("acl|whoami"), bob.call("ACL WHOAMI"));
        assertEquals("OK", bob.call("QUIT"));
    }

    @Test
    void a_command_is_allowed_with_what_it_contains_or_a_part_of_it() {
        LaneClient bob = user("+client +config|get");
        assertEquals("nil", bob.call("CLIENT GETNAME"));
        assertEquals("[maxmemory, 0]", bob.call("CONFIG GET maxmemory"));
        assertEquals(noCommand("config|set"), bob.call("CONFIG SET maxmemory 0"));
    }

    @Test
    void a_first_argument_can_be_allowed_of_a_command_that_is_not() {
        LaneClient bob = user("+select|0");
        assertEquals("OK", bob.call("SELECT 0"));
        assertEquals(noCommand("select"), bob.call("SELECT 1"));
    }

    @Test
    void keys_are_read_and_written_as_their_patterns_allow() {
        LaneClient bob = user("+@all ~own:* %R~all:* %W~in[0-9]");
        assertEquals("OK", bob.call("SET own:a 1"));
        assertEquals("nil", bob.call("GET all:a"));
        assertEquals(NO_KEY, bob.call("SET all:a 1"));
        assertEquals("OK", bob.call("SET in1 1"));
        assertEquals(NO_KEY, bob.call("GET in1"));
        assertEquals(NO_KEY, bob.call("MGET own:a other"));
        assertEquals(":1", bob.call("COPY all:a in2").replace(":0", ":1"));
        assertEquals(NO_KEY, bob.call("COPY in1 own:b"));
        assertEquals(NO_KEY, bob.call("SORT own:a STORE all:b"));
    }

    @Test
    void one_selector_must_allow_the_whole_command() {
        LaneClient bob = user("~a* +get (~b* +set) (%R~* +sort)");
        assertEquals("nil", bob.call("GET a"));
        assertEquals("OK", bob.call("SET b 1"));
        assertEquals(NO_KEY, bob.call("SET a 1"));
        assertEquals("[]", bob.call("SORT none BY w_*"));
        assertEquals(noCommand("del"), bob.call("DEL a"));
    }

    @Test
    void a_pattern_of_sort_may_reach_any_key() {
        LaneClient bob = user("~a* +sort");
        assertEquals("[]", bob.call("SORT a BY nosort"));
        assertEquals(
                "-ERR BY option of SORT denied due to insufficient ACL permissions.",
                bob.call("SORT a BY w_*"));
        assertEquals(
                "-ERR GET option of SORT denied due to insufficient ACL permissions.",
                bob.call("SORT a GET w_*"));
    }

    @Test
    void channels_match_and_patterns_are_compared() {
        LaneClient bob = user("+@pubsub &news.*");
        assertEquals(":0", bob.call("PUBLISH news.a x"));
        assertEquals(NO_CHANNEL, bob.call("PUBLISH other x"));
        assertEquals(NO_CHANNEL, bob.call("SUBSCRIBE news.a other"));
        assertEquals(NO_CHANNEL, bob.call("PSUBSCRIBE news.a*"));
        assertEquals("[psubscribe, news.*, :1]", bob.call("PSUBSCRIBE news.*"));
    }

    @Test
    void what_was_queued_is_looked_at_again_when_it_runs() {
        LaneClient bob = user("+@all ~a*");
        bob.calls("MULTI", "GET a", "SET a 1");
        admin.call("ACL SETUSER bob -set");
        assertEquals(
                "[nil, -NOPERM ACLs rules changed between the moment the transaction was"
                        + " accumulated and the EXEC call. This command is no longer allowed for the"
                        + " following reason: no permission to execute the command or subcommand]",
                bob.call("EXEC"));
        assertEquals(NO_KEY, bob.calls("MULTI", "GET b").getLast());
        assertEquals(
                "-EXECABORT Transaction discarded because of previous errors.", bob.call("EXEC"));
    }

    @Test
    void who_waits_is_not_given_what_it_may_no_longer_have() {
        LaneClient bob = user("+@all ~a ~b");
        bob.send("BLPOP a b 0");
        kv.settle();
        admin.call("ACL SETUSER bob resetkeys ~a");
        assertEquals(":1", admin.call("RPUSH b secret"));
        assertEquals(NO_KEY, bob.next());
        assertEquals("[secret]", admin.call("LRANGE b 0 -1"));
        bob.send("BLPOP a 0");
        kv.settle();
        admin.call("RPUSH a x");
        assertEquals("[a, x]", bob.next());
    }

    @Test
    void of_what_is_denied_the_log_keeps_the_beginning_only() {
        LaneClient bob = user("+get ~a");
        bob.calls("GET " + "k".repeat(100_000), "AUTH " + "u".repeat(100_000) + " pw");
        String log = admin.call("ACL LOG");
        assertTrue(log.contains("k".repeat(4096)) && log.length() < 12_000, log.length() + "");
    }

    @Test
    void a_wrong_password_inside_a_transaction_is_logged_as_such() {
        LaneClient bob = user("+@all");
        bob.calls("MULTI", "AUTH bob no", "EXEC");
        assertTrue(admin.call("ACL LOG").contains("reason, auth, context, multi"));
    }

    @Test
    void many_patterns_are_applied_and_changed_in_no_time() {
        StringBuilder rules = new StringBuilder();
        for (int i = 0; i < 50_000; i++) {
            rules.append(" ~k").append(i).append(" &c").append(i);
        }
        LaneClient bob = user("+@all" + rules);
        assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> admin.call("ACL SETUSER bob -@dangerous"));
        assertEquals("OK", bob.call("SET k49999 1"));
        assertEquals(":0", bob.call("PUBLISH c49999 x"));
        assertEquals(NO_CHANNEL, bob.call("PUBLISH c50000 x"));
    }

    @Test
    void a_right_that_is_taken_away_is_gone_on_every_lane_when_that_is_answered() {
        LaneClient bob = user("+@all ~*");
        assertEquals("OK", bob.call("SET a 1"));
        admin.call("ACL SETUSER bob resetkeys");
        assertEquals(NO_KEY, bob.call("SET a 1"));
        admin.call("ACL SETUSER bob allkeys allchannels");
        assertEquals("OK", bob.call("SET a 1"));
    }

    @Test
    void who_is_deleted_is_dropped() {
        LaneClient bob = user("+@all");
        assertEquals(":1", admin.call("ACL DELUSER bob nobody"));
        bob.send("PING");
        kv.settle();
        assertTrue(bob.isClosed());
        assertEquals("[default]", admin.call("ACL USERS"));
        assertEquals(
                "-ERR The 'default' user cannot be removed", admin.call("ACL DELUSER default"));
    }

    /** The password takes some time to check, and somewhere within it the user is deleted. */
    @Test
    void who_becomes_a_user_in_the_moment_in_which_it_is_deleted_is_dropped() throws Exception {
        String password = "p".repeat(PASSWORD_BYTES);
        admin.call("ACL SETUSER bob on +@all >" + password);
        long before = System.nanoTime();
        assertEquals("OK", kv.client(1).call("AUTH bob " + password));
        long tookNanos = System.nanoTime() - before;
        int became = 0;
        for (int round = 0; round <= ROUNDS; round++) {
            admin.call("ACL SETUSER bob on +@all >" + password);
            LaneClient client = kv.client(1);
            Thread authenticating =
                    Thread.ofPlatform().start(() -> client.send("AUTH bob " + password));
            if (round < ROUNDS) {
                LockSupport.parkNanos(tookNanos * 2 * round / ROUNDS);
            } else {
                authenticating.join(); // However long the others took, this one has become it.
            }
            admin.call("ACL DELUSER bob");
            authenticating.join();
            if (client.next().equals("OK")) {
                became++;
                assertTrue(client.isClosedSoon());
            }
        }
        assertTrue(became > 0);
    }

    @Test
    void who_listens_to_what_it_may_no_longer_is_dropped() {
        LaneClient bob = user("+@all &a &b");
        bob.call("SUBSCRIBE a");
        admin.call("ACL SETUSER bob resetchannels &a &c");
        kv.settle();
        assertEquals("[message, a, x]", published(bob));
        admin.call("ACL SETUSER bob resetchannels &b");
        kv.settle();
        assertTrue(bob.isClosed());
    }

    private String published(LaneClient bob) {
        admin.call("PUBLISH a x");
        kv.settle();
        return bob.next();
    }

    @Test
    void what_is_denied_is_logged_once_and_counted() {
        LaneClient bob = user("+@all ~a* &*");
        bob.calls("GET secret", "GET secret", "AUTH bob wrong");
        String log = admin.call("ACL LOG");
        assertTrue(
                log.startsWith("[[count, :1, reason, auth, context, toplevel, object, AUTH"), log);
        assertTrue(log.contains("[count, :2, reason, key, context, toplevel, object, secret"), log);
        assertTrue(log.contains("cmd=get user=bob"), log);
        assertEquals("OK", admin.call("ACL LOG RESET"));
        assertEquals("[]", admin.call("ACL LOG"));
    }

    @Test
    void without_a_password_of_its_own_the_standard_user_is_everybody() {
        admin.call("ACL SETUSER default off");
        assertEquals("-NOAUTH Authentication required.", kv.client(1).call("PING"));
        admin.call("ACL SETUSER default on >pw");
        LaneClient client = kv.client(1);
        assertEquals("-NOAUTH Authentication required.", client.call("PING"));
        assertEquals("OK", client.call("AUTH pw"));
        assertEquals("PONG", client.call("PING"));
    }

    @Test
    void where_more_keys_are_announced_than_there_are_none_is_one() {
        user("+eval ~a*");
        assertEquals(
                "This user has no permissions to access the 'b' key",
                admin.call("ACL DRYRUN bob EVAL x 2 a b"));
        assertEquals("OK", admin.call("ACL DRYRUN bob EVAL x 3 a b"));
        assertEquals(
                "-ERR Number of keys can't be greater than number of args",
                admin.call("EVAL x 3 a b"));
    }

    @Test
    void a_dry_run_says_what_would_be_denied() {
        user("+get ~a*");
        assertEquals("OK", admin.call("ACL DRYRUN bob GET a"));
        assertEquals(
                "This user has no permissions to access the 'b' key",
                admin.call("ACL DRYRUN bob GET b"));
        assertEquals(
                "This user has no permissions to run the 'config|get' command",
                admin.call("ACL DRYRUN bob CONFIG GET x"));
        assertEquals("-ERR Command 'nosuch' not found", admin.call("ACL DRYRUN bob nosuch"));
        assertEquals(
                "-ERR Command 'config|get' not found", admin.call("ACL DRYRUN bob config|get x"));
        assertEquals("-ERR User 'eve' not found", admin.call("ACL DRYRUN eve GET a"));
    }
}
