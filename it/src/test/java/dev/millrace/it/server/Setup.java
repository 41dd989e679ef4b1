package dev.millrace.it.server;

import java.util.Locale;

/**
 * How a server is to be started, in words that hold for each kind of server.
 *
 * @param sync when a write is flushed to the disk
 * @param loops how many event loops execute commands; a server with one only ignores it
 * @param connections how many clients the server must be able to hold
 */
public record Setup(Sync sync, int loops, int connections) {
    /** When an acknowledged write reaches the disk. */
    public enum Sync {
        OS,
        EVERYSEC,
        ALWAYS;

        /** The policy as Millrace spells it. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Setup {
        if (loops < 1) {
            throw new IllegalArgumentException("loops: " + loops + " (expected: >= 1)");
        }
    }

    /** The defaults, on one event loop. */
    public static Setup plain() {
        return new Setup(Sync.EVERYSEC, 1, 1_000);
    }

    /** The same with another policy. */
    public Setup withSync(Sync other) {
        return new Setup(other, loops, connections);
    }

    /** The same with another number of loops. */
    public Setup withLoops(int other) {
        return new Setup(sync, other, connections);
    }

    /** The same for another number of clients. */
    public Setup withConnections(int other) {
        return new Setup(sync, loops, other);
    }
}
