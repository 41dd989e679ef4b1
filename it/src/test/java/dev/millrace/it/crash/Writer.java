package dev.millrace.it.crash;

import dev.millrace.it.resp.Frame;
import dev.millrace.it.resp.Reply;
import dev.millrace.it.resp.RespConnection;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Writes over one connection until that breaks, and knows what was sent and what was acknowledged.
 * Its counts are read by other threads; a count of acknowledged operations never runs ahead.
 */
final class Writer implements Runnable {
    private final History history;
    private final int port;
    private final int depth;
    private final SplittableRandom random;
    private volatile long sent;
    private volatile long acknowledged;
    private volatile long sharedSeen;
    private volatile String complaint = "";

    /** Goes on after {@code done} operations, with up to {@code depth} of them on their way. */
    Writer(History history, int port, int depth, long done, SplittableRandom random) {
        this.history = history;
        this.port = port;
        this.depth = depth;
        this.random = random;
        this.sent = done;
        this.acknowledged = done;
    }

    /** How many operations have been sent, acknowledged or not. */
    long sent() {
        return sent;
    }

    /** How many operations were acknowledged. */
    long acknowledged() {
        return acknowledged;
    }

    /** The highest value of the shared counter that was answered. */
    long sharedSeen() {
        return sharedSeen;
    }

    /** What was answered that should not have been; empty if nothing. */
    String complaint() {
        return complaint;
    }

    @Override
    public void run() {
        try (RespConnection connection = RespConnection.open(port)) {
            while (complaint.isEmpty()) {
                batch(connection);
            }
        } catch (IOException processEnded) {
            // As intended: what had been answered until then is what counts.
            assert acknowledged <= sent : processEnded;
        }
    }

    private void batch(RespConnection connection) throws IOException {
        int size = 1 + random.nextInt(depth);
        long first = sent + 1;
        StringBuilder bytes = new StringBuilder();
        for (long number = first; number < first + size; number++) {
            history.commands(number).forEach(words -> bytes.append(RespConnection.encode(words)));
        }
        sent = first + size - 1;
        connection.write(bytes.toString());
        for (long number = first; number < first + size; number++) {
            acknowledge(connection, number);
        }
    }

    private void acknowledge(RespConnection connection, long number) throws IOException {
        Frame last = connection.read();
        for (int left = history.commands(number).size() - 1; left > 0; left--) {
            last = connection.read();
        }
        switch (history.kind(number)) {
            case SET -> expect(number, last, "+OK\r\n");
            case INCR -> expect(number, last, ":" + history.state(number).get(1) + "\r\n");
            case PAIR -> expect(number, last, "*2\r\n+OK\r\n+OK\r\n");
            case SHARED_INCR -> {
                if (last.reply() instanceof Reply.Whole(long value) && value > sharedSeen) {
                    sharedSeen = value;
                } else {
                    complain(number, last, "> " + sharedSeen);
                }
            }
        }
        acknowledged = number;
    }

    private void expect(long number, Frame reply, String expected) {
        if (!reply.raw().equals(expected)) {
            complain(number, reply, expected.trim());
        }
    }

    private void complain(long number, Frame reply, String expected) {
        List<List<String>> commands = history.commands(number);
        complaint = commands + ": " + reply.reply() + " (expected: " + expected + ")";
    }
}
