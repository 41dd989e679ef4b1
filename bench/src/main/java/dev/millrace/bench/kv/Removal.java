package dev.millrace.bench.kv;

import dev.millrace.bench.client.Large;
import dev.millrace.bench.server.RespConnection;

import java.io.IOException;

/** The ways in which a collection goes. Each returns when the server has answered. */
enum Removal {
    DEL("DEL") {
        @Override
        void of(RespConnection connection) throws IOException {
            expect(":1", connection.call("DEL", Large.KEY));
        }
    },
    UNLINK("UNLINK") {
        @Override
        void of(RespConnection connection) throws IOException {
            expect(":1", connection.call("UNLINK", Large.KEY));
        }
    },
    FLUSHALL("FLUSHALL") {
        @Override
        void of(RespConnection connection) throws IOException {
            expect("+OK", connection.call("FLUSHALL"));
        }
    },
    LAZY_EXPIRY("lazy expiry") {
        @Override
        void of(RespConnection connection) throws IOException, InterruptedException {
            expect(":1", connection.call("PEXPIRE", Large.KEY, "1"));
            // Servers look for expired keys ten times a second: this one is asked for first.
            Thread.sleep(EXPIRED_MILLIS);
            expect(":0", connection.call("EXISTS", Large.KEY));
        }
    },
    ACTIVE_EXPIRY("active expiry") {
        @Override
        void of(RespConnection connection) throws IOException {
            expect(":1", connection.call("PEXPIRE", Large.KEY, "1"));
        }
    },
    EVICTION("eviction") {
        @Override
        void of(RespConnection connection) throws IOException {
            expect("+OK", connection.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru"));
            expect("+OK", connection.call("CONFIG", "SET", "maxmemory", MAXMEMORY));
        }
    };

    private static final int EXPIRED_MILLIS = 3;

    /**
     * Less than any collection takes that is filled here: it is evicted, whatever else there is.
     */
    private static final String MAXMEMORY = "1mb";

    private final String text;

    Removal(String text) {
        this.text = text;
    }

    /** As the table says it. */
    String text() {
        return text;
    }

    /** Removes {@link Large#KEY}, or begins to. */
    abstract void of(RespConnection connection) throws IOException, InterruptedException;

    /** Fails unless the collection has gone, and lets the next one be filled. */
    static void afterwards(RespConnection connection) throws IOException {
        expect("+OK", connection.call("CONFIG", "SET", "maxmemory", "0"));
        expect(":0", connection.call("EXISTS", Large.KEY));
    }

    private static void expect(String expected, String reply) throws IOException {
        if (!reply.equals(expected)) {
            throw new IOException("removal: " + reply + " (expected: " + expected + ")");
        }
    }
}
