package dev.millrace.it.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much memory a server really occupies. */
public final class ResidentMemory {
    private static final int KIB = 1024;

    private ResidentMemory() {}

    /** The resident set of the server's process, as Linux counts it. */
    public static long bytes(Server server) {
        return bytes(server.pid());
    }

    /** The same of any process. */
    public static long bytes(long pid) {
        Path status = Path.of("/proc/" + pid + "/status");
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * KIB;
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        throw new AssertionError(status + ": no VmRSS (expected: a running process)");
    }
}
