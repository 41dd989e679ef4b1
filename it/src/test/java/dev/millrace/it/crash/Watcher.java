package dev.millrace.it.crash;

import dev.millrace.it.resp.Reply;
import dev.millrace.it.resp.RespConnection;

import java.io.IOException;

/**
 * Reads the shared counter over a connection of its own until that breaks. What a reader saw may be
 * lost as little as what a writer was answered.
 */
final class Watcher implements Runnable {
    private final int port;
    private volatile long seen;

    Watcher(int port) {
        this.port = port;
    }

    /** The highest value read. */
    long seen() {
        return seen;
    }

    @Override
    public void run() {
        try (RespConnection connection = RespConnection.open(port)) {
            while (true) {
                Reply reply = connection.call("GET", History.SHARED).reply();
                if (reply instanceof Reply.Bulk(String value)) {
                    seen = Math.max(seen, Long.parseLong(value));
                }
            }
        } catch (IOException processEnded) {
            assert seen >= 0 : processEnded;
        }
    }
}
