package dev.millrace.it.server;

import dev.millrace.it.Product;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The built product as a user starts it: its packaged jar on this very JDK, in a process of its
 * own. Its port is picked here rather than read from the printed table, so that it is the same
 * after a restart, as a user's port is.
 */
public final class MillraceProcess implements Server {
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final Pattern READY = Pattern.compile("(?m)^ready in \\d+ ms$");

    private final Setup setup;
    private final Path folder;
    private final int port;
    private Child child;

    private MillraceProcess(Setup setup) {
        this.setup = setup;
        this.folder = Scratch.folder("node");
        this.port = Scratch.freePort();
        this.child = Child.start(command(), folder);
    }

    /** Starts it on an empty data directory and waits for its ready line. */
    public static MillraceProcess start(Setup setup) {
        MillraceProcess millrace = new MillraceProcess(setup);
        millrace.awaitReady();
        return millrace;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public long pid() {
        return child.pid();
    }

    @Override
    public void kill() {
        child.kill();
    }

    @Override
    public int terminate() {
        return child.terminate();
    }

    @Override
    public void start() {
        child = Child.start(command(), folder);
        awaitReady();
    }

    @Override
    public String printed() {
        return child.printed();
    }

    @Override
    public boolean alive() {
        return child.alive();
    }

    @Override
    public void close() {
        child.kill();
        Scratch.delete(folder);
    }

    private List<String> command() {
        List<String> words = new ArrayList<>(List.of("up", "--data", folder + "/data"));
        set(words, "kv.resp.port", "" + port);
        set(words, "admin.http.port", "0");
        set(words, "queue.amqp.port", "0");
        set(words, "kv.sync", setup.sync().word());
        set(words, "kv.loops", "" + setup.loops());
        set(words, "guard.connections.max", "" + setup.connections());
        set(words, "guard.connections.per-address", "" + setup.connections());
        return Product.process(words).command();
    }

    private static void set(List<String> words, String key, String value) {
        words.add("--set");
        words.add(key + "=" + value);
    }

    private void awaitReady() {
        Await.until(
                () -> "millrace is ready; it printed:\n" + child.printed(),
                START_MAX,
                () -> !child.alive() || READY.matcher(child.printed()).find());
        if (!child.alive()) {
            throw new AssertionError("millrace ended at start:\n" + child.printed());
        }
    }
}
