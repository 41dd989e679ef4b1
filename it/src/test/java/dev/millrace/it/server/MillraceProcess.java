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
public final class MillraceProcess extends ServerProcess {
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final Pattern READY = Pattern.compile("(?m)^ready in \\d+ ms$");

    private MillraceProcess(Setup setup, Path folder, List<String> more) {
        super("millrace", START_MAX, folder, port -> command(setup, folder, port, more));
    }

    /**
     * Starts it on an empty data directory and waits for its ready line.
     *
     * @param more further settings, each KEY=VALUE
     */
    public static MillraceProcess start(Setup setup, String... more) {
        return startIn(Scratch.folder("node"), setup, more);
    }

    /** The same in a folder that is there; {@link #close} deletes it. */
    public static MillraceProcess startIn(Path folder, Setup setup, String... more) {
        MillraceProcess millrace = new MillraceProcess(setup, folder, List.of(more));
        millrace.awaitReady();
        return millrace;
    }

    private static List<String> command(Setup setup, Path folder, int port, List<String> more) {
        List<String> words = new ArrayList<>(List.of("up", "--data", folder + "/data"));
        Product.PORTS.forEach(free -> set(words, free, "0"));
        set(words, "kv.resp.port", "" + port);
        set(words, "kv.sync", setup.sync().word());
        set(words, "kv.loops", "" + setup.loops());
        set(words, "guard.connections.max", "" + setup.connections());
        set(words, "guard.connections.per-address", "" + setup.connections());
        more.forEach(setting -> words.addAll(List.of("--set", setting)));
        return Product.process(words).command();
    }

    private static void set(List<String> words, String key, String value) {
        words.add("--set");
        words.add(key + "=" + value);
    }

    @Override
    boolean isReady() {
        return READY.matcher(printed()).find();
    }
}
