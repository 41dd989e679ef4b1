package dev.millrace.it.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.Await;
import dev.millrace.it.server.ResidentMemory;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;
import dev.millrace.it.server.SystemUnderTest;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A client that does not read what it asked for is dropped before it takes the memory of all. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SlowReaderTest {
    private static final int MIB = 1 << 20;
    private static final String LIMIT = "client-output-buffer-limit";
    private static final Duration DROP_MAX = Duration.ofSeconds(20);

    /** What sockets, garbage and one batch of replies may take, far below what was asked for. */
    private static final long GROWTH_MAX = 192L * MIB;

    private final List<Server> servers = new ArrayList<>();

    @BeforeAll
    void start() {
        servers.add(SystemUnderTest.start(Setup.plain()));
    }

    @AfterAll
    void end() {
        servers.forEach(Server::close);
    }

    @Test
    void a_client_that_asks_and_never_reads_is_dropped() throws IOException {
        try (RespConnection admin = connect();
                RespConnection lazy = connect()) {
            assertEquals("+OK\r\n", admin.call("CONFIG", "SET", LIMIT, "normal 2097152 0 0").raw());
            admin.call("SET", "big", "x".repeat(MIB));
            lazy.call("CLIENT", "SETNAME", "lazy");
            long before = ResidentMemory.bytes(servers.getFirst());
            // 2 GiB of answers; a send that fails is the drop we are waiting for.
            sendUntilDropped(lazy, RespConnection.encode(List.of("GET", "big")).repeat(64), 32);
            awaitGone(admin, "lazy");
            assertBounded(before);
            admin.call("CONFIG", "SET", LIMIT, "normal 0 0 0");
        }
    }

    @Test
    void a_subscriber_that_never_reads_is_dropped() throws IOException {
        try (RespConnection admin = connect();
                RespConnection lazy = connect()) {
            assertEquals("+OK\r\n", admin.call("CONFIG", "SET", LIMIT, "pubsub 2097152 0 0").raw());
            lazy.call("CLIENT", "SETNAME", "deaf");
            lazy.call("SUBSCRIBE", "news");
            long before = ResidentMemory.bytes(servers.getFirst());
            String message = "m".repeat(64 * 1024);
            Await.until(
                    "nobody hears the news",
                    DROP_MAX,
                    () -> {
                        try {
                            return admin.call("PUBLISH", "news", message).raw().equals(":0\r\n");
                        } catch (IOException failure) {
                            throw new AssertionError(failure);
                        }
                    });
            awaitGone(admin, "deaf");
            assertBounded(before);
        }
    }

    private static void sendUntilDropped(RespConnection lazy, String requests, int times) {
        for (int index = 0; index < times; index++) {
            try {
                lazy.write(requests);
            } catch (IOException dropped) {
                return;
            }
        }
    }

    private static void awaitGone(RespConnection admin, String name) {
        Await.until(
                "no client is named " + name,
                DROP_MAX,
                () -> {
                    try {
                        return !admin.call("CLIENT", "LIST")
                                .reply()
                                .text()
                                .contains("name=" + name);
                    } catch (IOException failure) {
                        throw new AssertionError(failure);
                    }
                });
    }

    private void assertBounded(long before) {
        long grown = ResidentMemory.bytes(servers.getFirst()) - before;
        assertTrue(grown < GROWTH_MAX, () -> "resident memory grew by " + grown + " bytes");
    }

    private RespConnection connect() throws IOException {
        return RespConnection.open(servers.getFirst().port());
    }
}
