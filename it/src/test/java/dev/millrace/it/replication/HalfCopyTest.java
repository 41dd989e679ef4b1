package dev.millrace.it.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;
import dev.millrace.it.replication.FakeMaster.Answer;
import dev.millrace.it.server.Await;
import dev.millrace.it.server.MillraceProcess;
import dev.millrace.it.server.RedisProcess;
import dev.millrace.it.server.Setup;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A node that is killed while it loads its master's dump: nobody is shown the half of it. */
class HalfCopyTest {
    private static final int KEYS = 100_000;
    private static final String LOADING = "-LOADING Redis is loading the dataset in memory\r\n";
    private static final String ID = "b".repeat(40);
    private static byte[] dump = {};

    private final MillraceProcess node = MillraceProcess.start(Setup.plain());
    private FakeMaster master;

    @BeforeAll
    static void makeDump() throws IOException {
        try (RedisProcess redis =
                RedisProcess.start(Setup.plain(), "--enable-debug-command", "local")) {
            Replicas.call(redis, "DEBUG", "POPULATE", "" + KEYS);
            Replicas.call(redis, "SAVE");
            dump = Files.readAllBytes(redis.folder().resolve("dump.rdb"));
        }
    }

    @BeforeEach
    void killHalfWay() throws IOException {
        master = new FakeMaster();
        Replicas.call(node, "SET", "mine", "1");
        byte[] head = FakeMaster.latin("+FULLRESYNC " + ID + " 1000\r\n$" + dump.length + "\r\n");
        master.answer(new Answer(FakeMaster.join(head, dump), true));
        assertEquals("+OK\r\n", Replicas.call(node, "REPLICAOF", "127.0.0.1", "" + master.port()));
        Await.until("it has some of it", Replicas.SOON, () -> keys() > 1000);
        node.kill();
    }

    @AfterEach
    void end() throws IOException {
        node.close();
        master.close();
    }

    private int keys() {
        String shown = Replicas.fact(node, "keyspace", "db0");
        return shown.isEmpty() ? 0 : Integer.parseInt(shown.replaceAll("keys=(\\d+),.*", "$1"));
    }

    private String nextPsync() throws InterruptedException {
        String request = master.asked();
        while (!request.startsWith("PSYNC")) {
            request = master.asked();
        }
        return request;
    }

    @Test
    void it_completes_the_copy_from_what_it_has_received_and_goes_on_behind_it() throws Exception {
        assertEquals("PSYNC ? -1", nextPsync());
        node.start();
        assertEquals("PSYNC " + ID + " 1001", nextPsync());
        assertEquals(":" + KEYS + "\r\n", Replicas.call(node, "DBSIZE"));
        assertEquals(List.of(), received());
        master.answer(Answer.closing(""));
    }

    @Test
    void without_what_it_has_received_it_is_loading_until_it_has_copied_all_again()
            throws Exception {
        assertEquals("PSYNC ? -1", nextPsync());
        deleteReceived();
        node.start();
        assertEquals("PSYNC ? -1", nextPsync());
        assertEquals(LOADING, Replicas.call(node, "DBSIZE"));
        assertEquals(LOADING, Replicas.call(node, "GET", "key:1"));
        byte[] head = FakeMaster.latin("+FULLRESYNC " + ID + " 2000\r\n$" + dump.length + "\r\n");
        master.answer(new Answer(FakeMaster.join(head, dump), true));
        Await.until(
                "it has all",
                Replicas.SOON,
                () -> Replicas.call(node, "DBSIZE").equals(":" + KEYS + "\r\n"));
    }

    @Test
    void who_follows_nobody_any_more_keeps_nothing_of_it() throws Exception {
        assertEquals("PSYNC ? -1", nextPsync());
        deleteReceived();
        master.answer(Answer.closing(""));
        node.start();
        assertEquals(LOADING, Replicas.call(node, "DBSIZE"));
        assertEquals("+OK\r\n", Replicas.call(node, "REPLICAOF", "NO", "ONE"));
        assertEquals(":0\r\n", Replicas.call(node, "DBSIZE"));
        assertEquals("+OK\r\n", Replicas.call(node, "SET", "mine", "2"));
        node.kill();
        node.start();
        assertEquals("$1\r\n2\r\n", Replicas.call(node, "GET", "mine"));
    }

    @Test
    void it_is_not_exported() throws Exception {
        Path file = node.folder().resolve("out.rdb");
        Path data = node.folder().resolve("data");
        Product.Run run = Product.run("export", file.toString(), "--data", data.toString());
        assertEquals(65, run.exit(), run.out());
        String half = data + ": half a copy of 127.0.0.1:" + master.port();
        assertTrue(run.out().contains(half), run.out());
        assertFalse(Files.exists(file));
    }

    private void deleteReceived() throws IOException {
        for (Path file : received()) {
            Files.delete(file);
        }
    }

    /** Dumps that were received and are kept. */
    private List<Path> received() throws IOException {
        try (Stream<Path> files = Files.list(node.folder().resolve("data/kv"))) {
            return files.filter(file -> file.toString().endsWith(".rdb")).toList();
        }
    }
}
