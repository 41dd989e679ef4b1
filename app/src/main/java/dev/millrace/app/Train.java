package dev.millrace.app;

import dev.millrace.kernel.net.Listener;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A short life for the JVM's ahead-of-time cache: starts every room on free ports in a temporary
 * directory, asks each a little, stops, imports what kv has saved and starts on that. What is
 * loaded, linked and profiled here need not be at the next start. It is no command for users, so no
 * list shows it.
 */
record Train(PrintStream out) implements Command {
    private static final int TIMEOUT_MILLIS = 5_000;

    /** The listener that is asked more. */
    private static final String KV = "Redis RESP";

    /** Asked of every listener; each protocol answers what is for it, with an error or a reply. */
    private static final List<String> QUESTIONS =
            List.of(
                    "GET /health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                    "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n"
                            + "*1\r\n$4\r\nQUIT\r\n",
                    put(
                            "/v1/agent/service/register",
                            "{\"Name\":\"trained\",\"Port\":1,\"Check\":{\"TTL\":\"10s\"}}"),
                    "GET /v1/health/service/trained HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    private static String put(String path, String body) {
        return "PUT "
                + path
                + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: "
                + body.length()
                + "\r\n\r\n"
                + body;
    }

    @Override
    public String name() {
        return "train";
    }

    @Override
    public String doc() {
        return "";
    }

    @Override
    public List<Option> options() {
        return List.of();
    }

    @Override
    public void run(Arguments arguments) throws Failed, IOException, InterruptedException {
        Path folder = Files.createTempDirectory("millrace-train");
        Path dump = folder.resolve("dump.rdb");
        Path imported = folder.resolve("imported");
        try {
            serve(folder.resolve("data"), dump, Train::ask);
            ImportRdb load = new ImportRdb(out, Terminal.none());
            List<String> words = List.of(dump.toString(), "--data", imported.toString());
            load.run(Arguments.of(words, load.options(), load.operands()));
            serve(imported, dump, node -> {});
        } finally {
            delete(folder);
        }
    }

    /** What is asked of a node while it serves. */
    private interface Questions {
        void ask(Node node) throws IOException;
    }

    private void serve(Path data, Path dump, Questions questions)
            throws Failed, IOException, InterruptedException {
        List<String> settings = new ArrayList<>(freePorts());
        settings.add("kv.save.dir=" + dump.toAbsolutePath().getParent());
        settings.add("kv.save.file=" + dump.getFileName());
        Up up = new Up(out);
        Node node = up.start(UpOptions.of(data, settings));
        try {
            up.announce(node);
            questions.ask(node);
        } finally {
            node.stop();
        }
    }

    private static void ask(Node node) throws IOException {
        for (Listener listener : node.listeners()) {
            ask(listener.port());
            if (listener.endpoint().protocol().equals(KV)) {
                TrainingLoad.run(listener.port());
            }
        }
    }

    private static List<String> freePorts() {
        return Node.settings(Rooms.ofThisBuild().all()).stream()
                .filter(setting -> setting.key().endsWith(".port"))
                .map(setting -> setting.key() + "=0")
                .toList();
    }

    private static void ask(int port) {
        if (port == 0) {
            return;
        }
        for (String question : QUESTIONS) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(TIMEOUT_MILLIS);
                socket.getOutputStream().write(question.getBytes(StandardCharsets.US_ASCII));
                socket.getInputStream().readAllBytes();
            } catch (IOException notItsProtocol) {
                // A protocol may hang up on what is not for it; the next question follows.
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
