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
public final class RedisProcess extends ServerProcess {
    private static final Duration START_MAX = Duration.ofSeconds(30);

    private RedisProcess(
            Path program, Setup setup, Path folder, boolean appendOnly, List<String> more) {
        super(
                "redis-server",
                START_MAX,
                folder,
                port -> command(program, setup, folder, appendOnly, port, more));
    }

    /**
     * Starts it with everything kept on its append-only file.
     *
     * @param more options of its command line
     */
    public static RedisProcess start(Setup setup, String... more) {
        return start(setup, Scratch.folder("redis"), true, List.of(more));
    }

    /** Starts it with what a dump file holds. */
    public static RedisProcess load(Path dump) throws IOException {
        Path folder = Scratch.folder("redis");
        Files.copy(dump, folder.resolve("dump.rdb"));
        return start(Setup.plain(), folder, false, List.of());
    }

    private static RedisProcess start(
            Setup setup, Path folder, boolean appendOnly, List<String> more) {
        Path program = ForeignProgram.REDIS_SERVER.require();
        RedisProcess redis = new RedisProcess(program, setup, folder, appendOnly, more);
        redis.awaitReady();
        return redis;
    }

    private static List<String> command(
            Path program,
            Setup setup,
            Path folder,
            boolean appendOnly,
            int port,
            List<String> more) {
        List<String> words = new ArrayList<>();
        words.add(program.toString());
        words.addAll(List.of("--port", "" + port, "--bind", "127.0.0.1", "--dir", "" + folder));
        words.addAll(List.of("--save", "", "--appendonly", appendOnly ? "yes" : "no"));
        words.addAll(List.of("--appendfsync", appendfsync(setup)));
        words.addAll(List.of("--maxclients", "" + setup.connections()));
        words.addAll(List.of("--repl-diskless-sync-delay", "0")); // Else who follows waits 5 s.
        words.addAll(more);
        return words;
    }

    private static String appendfsync(Setup setup) {
        return switch (setup.sync()) {
            // With "everysec" Redis puts a write off while its fsync runs, and answers all the
            // same: killed then, it loses what it acknowledged, which Millrace never does.
            case OS, EVERYSEC -> "no";
            case ALWAYS -> "always";
        };
    }

    @Override
    boolean isReady() {
        try (RespConnection connection = RespConnection.open(port())) {
            return connection.call("PING").raw().equals("+PONG\r\n");
        } catch (IOException notYet) {
            return false;
        }
    }
}
