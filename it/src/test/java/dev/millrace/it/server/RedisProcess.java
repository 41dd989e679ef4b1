package dev.millrace.it.server;

import dev.millrace.it.resp.RespConnection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Redis itself, as Debian ships it. It is the server that answers are compared with, and stands in
 * for Millrace to prove that the tests themselves are right.
 */
public final class RedisProcess implements Server {
    private static final Duration START_MAX = Duration.ofSeconds(30);

    private final Path program;
    private final Setup setup;
    private final Path folder;
    private final boolean appendOnly;
    private final int port;
    private Child child;

    private RedisProcess(Path program, Setup setup, Path folder, boolean appendOnly) {
        this.program = program;
        this.setup = setup;
        this.folder = folder;
        this.appendOnly = appendOnly;
        this.port = Scratch.freePort();
        this.child = Child.start(command(), folder);
    }

    /** Starts it with everything kept on its append-only file. */
    public static RedisProcess start(Setup setup) {
        return start(setup, Scratch.folder("redis"), true);
    }

    /** Starts it with what a dump file holds. */
    public static RedisProcess load(Path dump) throws IOException {
        Path folder = Scratch.folder("redis");
        Files.copy(dump, folder.resolve("dump.rdb"));
        return start(Setup.plain(), folder, false);
    }

    private static RedisProcess start(Setup setup, Path folder, boolean appendOnly) {
        Path program = ForeignProgram.REDIS_SERVER.require();
        RedisProcess redis = new RedisProcess(program, setup, folder, appendOnly);
        redis.awaitReady();
        return redis;
    }

    /** Where it keeps its files: SAVE writes {@code dump.rdb} there. */
    public Path folder() {
        return folder;
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
        List<String> words = new ArrayList<>();
        words.add(program.toString());
        words.addAll(List.of("--port", "" + port, "--bind", "127.0.0.1", "--dir", "" + folder));
        words.addAll(List.of("--save", "", "--appendonly", appendOnly ? "yes" : "no"));
        words.addAll(List.of("--appendfsync", appendfsync()));
        words.addAll(List.of("--maxclients", "" + setup.connections()));
        return words;
    }

    private String appendfsync() {
        return switch (setup.sync()) {
            // With "everysec" Redis puts a write off while its fsync runs, and answers all the
            // same:
            // killed then, it loses what it acknowledged, which Millrace never does.
            case OS, EVERYSEC -> "no";
            case ALWAYS -> "always";
        };
    }

    private void awaitReady() {
        Await.until(
                () -> "redis-server answers PING; it printed:\n" + child.printed(),
                START_MAX,
                () -> !child.alive() || answers());
        if (!child.alive()) {
            throw new AssertionError("redis-server ended at start:\n" + child.printed());
        }
    }

    private boolean answers() {
        try (RespConnection connection = RespConnection.open(port)) {
            return connection.call("PING").raw().equals("+PONG\r\n");
        } catch (IOException notYet) {
            return false;
        }
    }
}
