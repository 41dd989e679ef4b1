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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** A follower whose disk is full waits until there is room, and goes on where it was. */
class FullDiskTest {
    private static final long SMALL_BYTES = 8 << 20;
    private static final int VALUE_BYTES = 16 * 1024;
    private static final int TOO_MANY = 800;

    /** These are there twice while they are loaded: in what is received, and in the journal. */
    private static final int TOO_MANY_TWICE = 300;

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
                client.call("SET", "key:" + i, value(i));
                client.call("MULTI");
                client.call("INCR", "{t}1");
                client.call("LPUSH", "{t}2", "e" + i);
                client.call("EXEC");
            }
        }
    }

    /** Nothing makes it shorter. */
    private static String value(int seed) {
        byte[] bytes = new byte[VALUE_BYTES];
        new SplittableRandom(seed).nextBytes(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static void awaitNoRoom(Server node) {
        Await.until(
                () -> "it waits for room; it printed:\n" + node.printed(),
                Replicas.SOON,
                () -> node.printed().contains("replication waits"));
    }

    private static void hasAllOfOneCopy(Server master, Server node) {
        awaitAll(master, node);
        awaitSame(master, node);
        assertEquals("1", fact(master, "stats", "sync_full"));
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
                write(master, TOO_MANY);
                awaitNoRoom(node);
                assertEquals("down", fact(node, "replication", "master_link_status"));
                assertEquals("$16384\r\n" + value(0) + "\r\n", call(node, "GET", "key:0"));
                disk.resize(SMALL_BYTES * 8);
                awaitAll(master, node);
                awaitSame(master, node);
                node.kill();
                node.start();
                hasAllOfOneCopy(master, node);
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
            write(master, TOO_MANY_TWICE);
            call(master, "CONFIG", "SET", "repl-backlog-size", "64mb");
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
                hasAllOfOneCopy(master, node);
            } finally {
                node.kill();
                disk.close();
                node.close();
            }
        }
    }
}
