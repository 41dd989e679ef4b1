package dev.millrace.it.replication;

import static dev.millrace.it.replication.Replicas.awaitAll;
import static dev.millrace.it.replication.Replicas.awaitSame;
import static dev.millrace.it.replication.Replicas.call;
import static dev.millrace.it.replication.Replicas.fact;
import static dev.millrace.it.replication.Replicas.follow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.crash.SmallDisk;
import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.Await;
import dev.millrace.it.server.MillraceProcess;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A follower whose disk is full waits until there is room, and goes on where it was. */
class FullDiskTest {
    private static final long SMALL_BYTES = 8 << 20;
    private static final int VALUE_BYTES = 32 * 1024;

    @TempDir Path scratch;

    private MillraceProcess nodeOn(Path folder) {
        return MillraceProcess.startIn(
                folder,
                Setup.plain().withLoops(2),
                "kv.debug=local",
                "journal.segment-bytes=524288",
                "journal.spares=1",
                "journal.low-water-bytes=0");
    }

    private static void write(Server master, int values) throws IOException {
        try (RespConnection client = RespConnection.open(master.port())) {
            for (int i = 0; i < values; i++) {
                client.call("INCR", "count");
                client.call("SET", "key:" + i, ("value " + i + " ").repeat(VALUE_BYTES / 16));
                client.call("MULTI");
                client.call("INCR", "{t}1");
                client.call("LPUSH", "{t}2", "e" + i);
                client.call("EXEC");
            }
        }
    }

    private static void awaitNoRoom(Server node) {
        Await.until(
                () -> "it waits for room; it printed:\n" + node.printed(),
                Replicas.SOON,
                () -> node.printed().contains("replication waits"));
    }

    @Test
    void what_it_has_no_room_for_it_asks_for_again() throws IOException {
        Path folder = Files.createDirectory(scratch.resolve("node"));
        try (Server master = Replicas.redis()) {
            call(master, "CONFIG", "SET", "repl-backlog-size", "64mb");
            SmallDisk disk =
                    SmallDisk.at(Files.createDirectory(folder.resolve("data")), SMALL_BYTES);
            MillraceProcess node = nodeOn(folder);
            try {
                follow(node, master.port());
                write(master, 300);
                awaitNoRoom(node);
                assertEquals("down", fact(node, "replication", "master_link_status"));
                assertTrue(call(node, "GET", "key:0").startsWith("$32768\r\nvalue 0 "));
                disk.resize(SMALL_BYTES * 8);
                awaitAll(master, node);
                awaitSame(master, node);
                node.kill();
                node.start();
                awaitAll(master, node);
                awaitSame(master, node);
                assertEquals("1", fact(master, "stats", "sync_full"));
            } finally {
                node.kill();
                disk.close();
                node.close();
            }
        }
    }

    @Test
    void a_copy_that_it_has_no_room_for_is_half_until_there_is_room() throws IOException {
        Path folder = Files.createDirectory(scratch.resolve("node"));
        try (Server master = Replicas.redis()) {
            write(master, 300);
            call(master, "CONFIG", "SET", "repl-backlog-size", "64mb");
            // What is received is a third of it, for Redis compresses.
            SmallDisk disk =
                    SmallDisk.at(Files.createDirectory(folder.resolve("data")), SMALL_BYTES);
            MillraceProcess node = nodeOn(folder);
            try {
                call(node, "SET", "mine", "1");
                call(node, "REPLICAOF", "127.0.0.1", "" + master.port());
                awaitNoRoom(node);
                assertTrue(call(node, "GET", "mine").startsWith("-LOADING "));
                node.kill();
                disk.resize(SMALL_BYTES * 8);
                node.start();
                awaitAll(master, node);
                awaitSame(master, node);
                assertEquals("1", fact(master, "stats", "sync_full"));
            } finally {
                node.kill();
                disk.close();
                node.close();
            }
        }
    }
}
