package dev.millrace.it.replication;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.Await;
import dev.millrace.it.server.Server;

import java.io.IOException;

/**
 * A client that changes something of every kind, again and again, until it is told to end, or has
 * lost its server.
 */
final class Load implements AutoCloseable {
    private static final int SOME = 30;

    private final Server server;
    private final Thread thread;
    private volatile boolean ended;
    private volatile int rounds;
    private volatile String complaint = "";

    private Load(Server server) {
        this.server = server;
        this.thread = Thread.ofPlatform().unstarted(this::run);
    }

    static Load on(Server server) {
        Load load = new Load(server);
        load.thread.start();
        return load;
    }

    private void run() {
        try (RespConnection client = RespConnection.open(server.port())) {
            while (!ended) {
                int n = rounds;
                round(client, n);
                rounds = n + 1;
            }
        } catch (IOException gone) {
            complaint = gone.toString();
        }
    }

    private void round(RespConnection client, int n) throws IOException {
        all(
                client,
                "INCR count",
                "MULTI",
                "RPUSH list e" + n % 7,
                "LTRIM list -60 -1",
                "HSET hash f" + n % 700 + " v" + n,
                "EXEC",
                "LINSERT list BEFORE e" + n % 7 + " i" + n,
                "HINCRBYFLOAT floats f" + n % 5 + " 0.1",
                "ZINCRBY {z}1 0.7 m" + n % 90,
                "ZUNIONSTORE {z}2 2 {z}1 {z}3",
                "SADD set " + n + " m" + n,
                "SPOP set",
                "SETRANGE text " + n % 5000 + " x" + n,
                "SETBIT bits " + n * 31 % 9000 + " 1",
                "PFADD sketch " + n,
                "SET soon " + n + " PX " + (1 + n % 3),
                "GETEX soon PX 1",
                "SELECT 5",
                "APPEND other x",
                "SELECT 0",
                "XADD stream MAXLEN 50 * n " + n,
                "XREADGROUP GROUP g ann COUNT 1 STREAMS stream >",
                "EVAL return{redis.call('INCR','a'),redis.call('LPUSH','b',ARGV[1])} 0 " + n,
                "FCALL bump 1 bumped",
                "SCRIPT FLUSH",
                "COPY list {copy}" + n % 4 + " REPLACE");
    }

    /** What is asked for once, before the first round. */
    static void prepare(Server server) throws IOException {
        String bump =
                "#!lua name=lib\n"
                        + "redis.register_function('bump',"
                        + " function(keys) return redis.call('INCRBY', keys[1], 3) end)";
        try (RespConnection client = RespConnection.open(server.port())) {
            assertFalse(client.call("FUNCTION", "LOAD", bump).raw().startsWith("-"));
            all(client, "XGROUP CREATE stream g $ MKSTREAM", "SADD set one", "RPUSH list e0 e0");
        }
    }

    private static void all(RespConnection client, String... commands) throws IOException {
        for (String command : commands) {
            String answer = client.call(command.split(" ")).raw();
            if (answer.startsWith("-")) {
                throw new IOException(command + ": " + answer);
            }
        }
    }

    /** Returns when so much more was done that it is worth something. */
    void awaitSome() {
        int before = rounds;
        Await.until(
                () -> "it changes something; " + complaint,
                Replicas.SOON,
                () -> rounds >= before + SOME || !complaint.isEmpty());
        if (!complaint.isEmpty()) {
            throw new AssertionError(complaint);
        }
    }

    /** It sends nothing any more, and has been answered. */
    @Override
    public void close() {
        ended = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
