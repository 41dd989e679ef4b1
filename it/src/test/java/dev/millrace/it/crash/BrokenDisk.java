package dev.millrace.it.crash;

import dev.millrace.it.server.Await;
import dev.millrace.it.server.ForeignProgram;

import org.junit.jupiter.api.Assumptions;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Makes every sync of a running process fail with EIO, from the call of {@link #under} on until it
 * is closed. The kernel does not see those calls: what was to be synced stays in its page cache.
 */
final class BrokenDisk implements AutoCloseable {
    private static final Duration ATTACH_MAX = Duration.ofSeconds(20);

    private final Process strace;

    private BrokenDisk(Process strace) {
        this.strace = strace;
    }

    /** Skips the calling test if this process may not trace others. */
    static BrokenDisk under(long pid, Path scratch) throws IOException {
        Path told = scratch.resolve("strace.told");
        Process strace =
                new ProcessBuilder(
                                List.of(
                                        ForeignProgram.STRACE.require().toString(),
                                        "-f",
                                        "-p",
                                        "" + pid,
                                        "-o",
                                        "/dev/null",
                                        "-e",
                                        "trace=fsync,fdatasync,msync",
                                        "-e",
                                        "inject=fsync,fdatasync,msync:error=EIO"))
                        .redirectErrorStream(true)
                        .redirectOutput(told.toFile())
                        .start();
        BrokenDisk disk = new BrokenDisk(strace);
        Await.until(
                "strace is attached",
                ATTACH_MAX,
                () -> !strace.isAlive() || text(told).contains("attached"));
        if (!strace.isAlive()) {
            Assumptions.abort("this process may not trace others: " + text(told));
        }
        return disk;
    }

    /** Whether the syncs still fail. */
    boolean isAttached() {
        return strace.isAlive();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException notYet) {
            return "";
        }
    }

    @Override
    public void close() {
        strace.destroy();
        strace.onExit().join();
    }
}
