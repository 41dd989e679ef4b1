package dev.millrace.it.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.Await;
import dev.millrace.it.server.MillraceProcess;
import dev.millrace.it.server.RedisProcess;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/** Servers that follow one another, and what is asked of them. */
public final class Replicas {
    static final Duration SOON = Duration.ofSeconds(30);
    private static final String MARK = "mark";

    private Replicas() {}

    /** A node that tells its digest. */
    static Server millrace(String... settings) {
        String[] all = new String[settings.length + 1];
        System.arraycopy(settings, 0, all, 1, settings.length);
        all[0] = "kv.debug=local";
        return MillraceProcess.start(Setup.plain().withLoops(2), all);
    }

    /** A Redis that tells its digest. */
    static Server redis() {
        return RedisProcess.start(Setup.plain(), "--enable-debug-command", "local");
    }

    static void follow(Server replica, int masterPort) {
        assertEquals("+OK\r\n", call(replica, "REPLICAOF", "127.0.0.1", "" + masterPort));
        awaitUp(replica);
    }

    static void awaitUp(Server replica) {
        Await.until(
                () -> "the link is up; it printed:\n" + replica.printed(),
                SOON,
                () -> fact(replica, "replication", "master_link_status").equals("up"));
    }

    /** Returns when the last of a chain has executed all that the first has changed. */
    static void awaitAll(Server first, Server last) {
        String now = "" + System.nanoTime();
        assertEquals("+OK\r\n", call(first, "SET", MARK, now));
        Await.until(
                () -> "it has all; it printed:\n" + last.printed(),
                SOON,
                () -> call(last, "GET", MARK).contains(now));
    }

    /** What is in both is the same, as soon as what has expired is gone from both. */
    static void awaitSame(Server one, Server other) {
        Await.until(
                () -> digest(one) + " here, " + digest(other) + " there",
                SOON,
                () -> digest(one).equals(digest(other)));
    }

    private static String digest(Server server) {
        String digest = call(server, "DEBUG", "DIGEST") + call(server, "DBSIZE");
        assertFalse(digest.contains("-"), digest);
        return digest.replace("\r\n", " ");
    }

    /** A field of INFO; empty if there is none. */
    public static String fact(Server server, String section, String name) {
        try (RespConnection client = RespConnection.open(server.port())) {
            for (String line : client.call("INFO", section).reply().text().split("\r\n")) {
                if (line.startsWith(name + ":")) {
                    return line.substring(name.length() + 1);
                }
            }
            return "";
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** What a client of its own is answered. */
    static String call(Server server, String... words) {
        try (RespConnection client = RespConnection.open(server.port())) {
            return client.call(words).raw();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
