package dev.millrace.it.replication;

import static dev.millrace.it.replication.Replicas.awaitAll;
import static dev.millrace.it.replication.Replicas.awaitUp;
import static dev.millrace.it.replication.Replicas.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.millrace.it.server.Await;
import dev.millrace.it.server.Server;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A master that knows its users: who may not follow it tries again, and says why it does not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MasterAuthTest {
    private static final String SECRET = "s3cret \u00c3\u00a4";

    private final Server master = Replicas.redis();
    private final Server node = Replicas.millrace();

    @BeforeAll
    void addUsers() {
        call(
                master,
                "ACL",
                "SETUSER",
                "follower",
                "on",
                ">" + SECRET,
                "+psync",
                "+replconf",
                "+ping");
        call(master, "ACL", "SETUSER", "stranger", "on", ">" + SECRET, "+ping");
        // Nobody else may: but for the test itself, which asks as this one.
        call(master, "ACL", "SETUSER", "default", "-psync", "-sync");
    }

    @BeforeEach
    void followNobody() {
        call(node, "REPLICAOF", "NO", "ONE");
        as("", "");
    }

    @AfterAll
    void end() {
        node.close();
        master.close();
    }

    private void as(String user, String password) {
        call(node, "CONFIG", "SET", "masteruser", user, "masterauth", password);
    }

    private void follow() {
        assertEquals("+OK\r\n", call(node, "REPLICAOF", "127.0.0.1", "" + master.port()));
    }

    private void awaitLog(String text) {
        Await.until(
                () -> text + " in what it printed:\n" + node.printed(),
                Replicas.SOON,
                () -> node.printed().contains(text));
        assertFalse(node.printed().contains("s3cret"));
    }

    @Test
    void who_has_the_password_follows_and_goes_on_when_it_is_changed() {
        as("follower", SECRET);
        follow();
        awaitUp(node);
        call(master, "ACL", "SETUSER", "follower", ">other", "<" + SECRET);
        awaitAll(master, node);
        call(master, "CLIENT", "KILL", "TYPE", "replica");
        awaitLog("WRONGPASS");
        as("follower", "other");
        awaitUp(node);
        awaitAll(master, node);
        call(master, "ACL", "SETUSER", "follower", ">" + SECRET, "<other");
    }

    @Test
    void a_wrong_password_a_user_without_rights_and_none_at_all_are_told() {
        as("follower", "wrong");
        follow();
        awaitLog("WRONGPASS");
        as("stranger", SECRET);
        awaitLog("NOPERM");
        as("", SECRET);
        awaitLog("AUTH <password> called without any password configured");
        as("follower", SECRET);
        awaitUp(node);
    }
}
