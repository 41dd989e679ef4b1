package dev.millrace.bench.kv;

import dev.millrace.bench.server.ProcessMemory;
import dev.millrace.bench.server.RespConnection;
import dev.millrace.bench.server.ServerUnderTest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One checkpoint after another, and a watch on what memory they take. BGSAVE is refused while one
 * runs, so asking again and again needs no other sign of its end.
 */
final class Checkpoints implements AutoCloseable {
    private static final int ASK_MILLIS = 20;
    private static final int ASKS_PER_LOOK = 5;

    private final ServerUnderTest server;
    private final long baseBytes;
    private final Thread asker;
    private volatile boolean ended;
    private volatile String refusal = "no reply";
    private final AtomicLong mostBytes = new AtomicLong();
    private final AtomicInteger count = new AtomicInteger();

    private Checkpoints(ServerUnderTest server) throws IOException {
        this.server = server;
        this.baseBytes = bytes();
        mostBytes.set(baseBytes);
        this.asker = Thread.ofPlatform().name("checkpoints").unstarted(this::ask);
    }

    static Checkpoints start(ServerUnderTest server) throws IOException {
        Checkpoints checkpoints = new Checkpoints(server);
        checkpoints.asker.start();
        return checkpoints;
    }

    /** The most anonymous memory seen, with a child's own, over that before the first one. */
    double extraPercent() {
        return 100.0 * (mostBytes.get() - baseBytes) / baseBytes;
    }

    /** How many were begun; fails if none was, for then nothing was measured. */
    int count() throws IOException {
        if (count.get() == 0) {
            throw new IOException(server.contestant().name() + ": BGSAVE: " + refusal);
        }
        return count.get();
    }

    @Override
    public void close() {
        ended = true;
        try {
            asker.join();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask() {
        try (RespConnection connection = server.connect()) {
            for (int turn = 0; !ended; turn++) {
                String reply = connection.call("BGSAVE");
                if (reply.startsWith("-")) {
                    refusal = reply;
                } else {
                    count.incrementAndGet();
                }
                if (turn % ASKS_PER_LOOK == 0) {
                    mostBytes.accumulateAndGet(bytes(), Math::max);
                }
                Thread.sleep(ASK_MILLIS);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }

    private long bytes() throws IOException {
        return ProcessMemory.anonymousBytesWithChildren(server.pid());
    }
}
