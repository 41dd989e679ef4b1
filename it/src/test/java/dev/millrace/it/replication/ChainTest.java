package dev.millrace.it.replication;

import static dev.millrace.it.replication.Replicas.awaitAll;
import static dev.millrace.it.replication.Replicas.awaitSame;
import static dev.millrace.it.replication.Replicas.call;
import static dev.millrace.it.replication.Replicas.fact;
import static dev.millrace.it.replication.Replicas.follow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.it.server.Server;

import org.junit.jupiter.api.Test;

import java.io.IOException;

/** Who follows is followed in turn; and who followed is followed by whom it has followed. */
class ChainTest {
    @Test
    void what_a_redis_has_goes_through_a_node_to_another_redis() throws IOException {
        try (Server first = Replicas.redis();
                Server middle = Replicas.millrace();
                Server last = Replicas.redis()) {
            goesThrough(first, middle, last);
        }
    }

    @Test
    void what_a_node_has_goes_through_a_redis_to_another_node() throws IOException {
        try (Server first = Replicas.millrace();
                Server middle = Replicas.redis();
                Server last = Replicas.millrace()) {
            goesThrough(first, middle, last);
        }
    }

    private static void goesThrough(Server first, Server middle, Server last) throws IOException {
        Load.prepare(first);
        try (Load load = Load.on(first)) {
            load.awaitSome();
            follow(middle, first.port());
            load.awaitSome();
            follow(last, middle.port());
            load.awaitSome();
        }
        awaitAll(first, last);
        awaitSame(first, middle);
        awaitSame(first, last);
        assertEquals("1", fact(middle, "replication", "connected_slaves"));
        assertEquals(
                fact(first, "replication", "master_replid"),
                fact(middle, "replication", "master_replid"));
        assertEquals(":3\r\n", call(last, "EXISTS", "hash", "list", "stream"));
    }

    @Test
    void who_follows_a_node_that_copies_all_again_copies_all_again() throws IOException {
        try (Server first = Replicas.redis();
                Server middle = Replicas.millrace();
                Server last = Replicas.redis()) {
            call(first, "SET", "old", "1");
            follow(middle, first.port());
            follow(last, middle.port());
            call(first, "CONFIG", "SET", "repl-backlog-size", "16384");
            call(first, "DEBUG", "CHANGE-REPL-ID");
            call(first, "SET", "new", "1");
            call(first, "CLIENT", "KILL", "TYPE", "replica");
            awaitAll(first, last);
            awaitSame(first, last);
            assertEquals("2", fact(first, "stats", "sync_full"));
            assertEquals("2", fact(middle, "stats", "sync_full"));
        }
    }

    @Test
    void a_node_becomes_the_master_under_load_and_the_old_one_follows_it() throws IOException {
        try (Server old = Replicas.redis();
                Server promoted = Replicas.millrace()) {
            isPromoted(old, promoted);
        }
    }

    @Test
    void a_redis_becomes_the_master_under_load_and_the_old_one_follows_it() throws IOException {
        try (Server old = Replicas.millrace();
                Server promoted = Replicas.redis()) {
            isPromoted(old, promoted);
        }
    }

    private static void isPromoted(Server old, Server promoted) throws IOException {
        Load.prepare(old);
        follow(promoted, old.port());
        try (Load load = Load.on(old)) {
            load.awaitSome();
            assertEquals("+OK\r\n", call(promoted, "REPLICAOF", "NO", "ONE"));
            load.awaitSome();
        }
        try (Load load = Load.on(promoted)) {
            load.awaitSome();
            follow(old, promoted.port());
            load.awaitSome();
        }
        awaitAll(promoted, old);
        awaitSame(promoted, old);
        assertEquals("slave", fact(old, "replication", "role"));
        assertEquals("master", fact(promoted, "replication", "role"));
    }
}
