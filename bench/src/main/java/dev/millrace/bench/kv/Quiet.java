package dev.millrace.bench.kv;

import dev.millrace.bench.server.RespConnection;
import dev.millrace.bench.server.ServerUnderTest;

import java.io.IOException;
import java.util.List;

/** Waits until a server has no fork or checkpoint under way, so that no round inherits one. */
final class Quiet {
    private static final int LOOK_MILLIS = 50;
    private static final int LOOKS_MAX = 60_000 / LOOK_MILLIS;
    private static final List<String> BUSY =
            List.of(
                    "rdb_bgsave_in_progress:1",
                    "aof_rewrite_in_progress:1",
                    "aof_rewrite_scheduled:1");

    private Quiet() {}

    /** Returns when it is quiet, or after a minute. */
    static void await(ServerUnderTest server) throws IOException, InterruptedException {
        try (RespConnection connection = server.connect()) {
            for (int look = 0; look < LOOKS_MAX; look++) {
                String info = connection.call("INFO", "persistence");
                if (BUSY.stream().noneMatch(info::contains)) {
                    return;
                }
                Thread.sleep(LOOK_MILLIS);
            }
        }
    }
}
