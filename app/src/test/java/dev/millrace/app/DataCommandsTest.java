package dev.millrace.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.net.Listener;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

class DataCommandsTest {
    @TempDir Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path data;

    private static final List<String> FREE_PORTS =
            List.of(
                    "admin.http.port=0",
                    "kv.resp.port=0",
                    "queue.nsq.port=0",
                    "queue.amqp.port=0",
                    "queue.nsq.http.port=0",
                    "queue.nsqlookup.port=0",
                    "queue.nsqlookup.http.port=0");

    @BeforeEach
    void name() {
        data = folder.resolve("data");
    }

    private Node up(Path path) throws Failed, InterruptedException {
        return new Up(printer(out)).start(UpOptions.of(path, FREE_PORTS));
    }

    private static int port(Node node, String setting) {
        return node.listeners().stream()
                .filter(listener -> listener.endpoint().place().key().equals(setting))
                .mapToInt(Listener::port)
                .findFirst()
                .orElseThrow();
    }

    private static String ask(Node node, String command) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), port(node, "kv.resp.port"))) {
            byte[] request = (command + "\r\nQUIT\r\n").getBytes(StandardCharsets.US_ASCII);
            socket.getOutputStream().write(request);
            byte[] answer = socket.getInputStream().readAllBytes();
            return new String(answer, StandardCharsets.US_ASCII).replace("\r\n", " ");
        }
    }

    private String address(Node node) {
        return "127.0.0.1:" + port(node, "admin.http.port");
    }

    private Exit run(Object... words) {
        List<String> texts = Stream.of(words).map(Object::toString).toList();
        return new Main(Main.commands(printer(out)), printer(out), printer(err)).run(texts);
    }

    private static PrintStream printer(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void a_backup_of_a_running_node_is_restored_and_served() throws Exception {
        Path backup = folder.resolve("backup");
        Node node = up(data);
        try {
            ask(node, "SET greeting hello");
            assertEquals(Exit.OK, run("backup", backup, "--node", address(node)), err());
            ask(node, "SET greeting later");
            assertEquals(Exit.CANNOT_CREATE, run("backup", backup, "--node", address(node)));
            assertTrue(err().contains("not empty"), err());
        } finally {
            node.stop();
        }
        assertEquals(Exit.OK, run("restore", backup, "--data", folder.resolve("restored")), err());
        Node restored = up(folder.resolve("restored"));
        try {
            assertEquals("$5 hello +OK ", ask(restored, "GET greeting"));
        } finally {
            restored.stop();
        }
    }

    @Test
    void without_a_node_there_is_no_backup() {
        Exit exit = run("backup", folder.resolve("backup"), "--node", "127.0.0.1:1");
        assertEquals(Exit.UNAVAILABLE, exit);
        assertTrue(err().contains("no node answers there"), err());
        assertEquals(Exit.USAGE, run("backup"));
        assertEquals(Exit.USAGE, run("backup", "a", "--node", "nowhere"));
        assertEquals(Exit.USAGE, run("backup", "a", "b"));
    }

    @Test
    void a_backup_is_not_served_from() throws Exception {
        Path backup = folder.resolve("backup");
        Node node = up(data);
        try {
            assertEquals(Exit.OK, run("backup", backup, "--node", address(node)), err());
        } finally {
            node.stop();
        }
        Object[] words = {"up", "--data", backup, "--set", "admin.http.port=0"};
        assertEquals(Exit.CANNOT_CREATE, run(words));
        assertTrue(err().contains("millrace restore"), err());
    }

    @Test
    void what_restore_cannot_do_has_an_exit_code_each() throws Exception {
        up(data).stop();
        Path restored = folder.resolve("restored");
        assertEquals(Exit.NO_INPUT, run("restore", folder.resolve("no"), "--data", restored));
        assertEquals(Exit.USAGE, run("restore", data, "--data", restored, "--to", "yesterday"));
        assertTrue(err().contains("--to: yesterday (expected: as 2026"), err());
        assertEquals(Exit.CANNOT_CREATE, run("restore", data, "--data", folder));
        Node node = up(data);
        try {
            assertEquals(Exit.UNAVAILABLE, run("restore", data, "--data", restored));
            assertEquals(Exit.UNAVAILABLE, run("repair", "--data", data));
        } finally {
            node.stop();
        }
    }

    @Test
    void a_damaged_log_is_refused_by_up_and_cut_by_repair_when_it_is_told_to() throws Exception {
        Node node = up(data);
        try {
            for (int i = 0; i < 20; i++) {
                ask(node, "SET key" + i + " value");
            }
        } finally {
            node.stop();
        }
        flipByteOf("key10");
        assertEquals(
                Exit.DATA,
                run("up", "--data", data, "--set", "admin.http.port=0", "--set", "kv.resp.port=0"));
        assertTrue(err().contains(".seg at offset"), err());
        assertTrue(err().contains("millrace repair"), err());
        assertEquals(Exit.DATA, run("repair", "--data", data));
        assertTrue(err().contains("--yes"), err());
        assertEquals(Exit.OK, run("repair", "--data", data, "--yes"));
        assertTrue(out().contains("good frames stand behind it"), out());
        assertTrue(out().contains(".cut"), out());
        assertFalse(out().contains("\r"), "no progress where nobody looks on");
        Node repaired = up(data);
        try {
            assertEquals("$5 value +OK ", ask(repaired, "GET key0"));
            assertEquals("$-1 +OK ", ask(repaired, "GET key19"));
        } finally {
            repaired.stop();
        }
        assertEquals(Exit.OK, run("repair", "--data", data));
        assertTrue(out().contains("nothing is wrong"), out());
    }

    /** Where something stands for the first time in the first segment, a byte is another. */
    private void flipByteOf(String text) throws IOException {
        Path segment;
        try (Stream<Path> files = Files.list(data.resolve("journal"))) {
            segment = files.sorted().findFirst().orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(segment);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
        assertTrue(at > 0, text);
        bytes[at] ^= 1;
        Files.write(segment, bytes);
    }
}
