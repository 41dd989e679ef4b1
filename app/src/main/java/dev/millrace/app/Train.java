package dev.millrace.app;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A short life for the JVM's ahead-of-time cache: starts every room on free ports in a temporary
 * directory, asks each a little, and stops. What is loaded and linked here need not be at the next
 * start. It is no command for users, so no list shows it.
 */
record Train(PrintStream out) implements Command {
    private static final int TIMEOUT_MILLIS = 5_000;

    /** Asked of every listener; each protocol answers what is for it, with an error or a reply. */
    private static final List<String> QUESTIONS =
            List.of(
                    "GET /health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                    "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n"
                            + "*1\r\n$4\r\nQUIT\r\n");

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
        UpOptions options = UpOptions.of(folder, freePorts());
        try {
            Up up = new Up(out);
            Node node = up.start(options);
            up.announce(node);
            node.listeners().forEach(listener -> ask(listener.port()));
            node.stop();
        } finally {
            delete(folder);
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
