package dev.millrace.it.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;
import dev.millrace.it.server.SystemUnderTest;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The heap is 256 MB; what one client sends is not kept there, or only up to a limit. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HeapAttackTest {
    private static final int PIECES = 100;
    private static final int PIECE_ARGUMENTS = 100_000;

    private final List<Server> servers = new ArrayList<>();

    @BeforeAll
    void start() {
        servers.add(SystemUnderTest.start(Setup.plain()));
    }

    @AfterAll
    void end() {
        servers.forEach(Server::close);
    }

    private RespConnection connect() throws IOException {
        return RespConnection.open(servers.getFirst().port());
    }

    private void assertServes() throws IOException {
        try (RespConnection other = connect()) {
            assertEquals("+OK\r\n", other.call("SET", "k", "v").raw());
        }
    }

    @Test
    void ten_million_empty_arguments_are_a_request_like_others() throws IOException {
        try (RespConnection client = connect()) {
            client.write("*" + (PIECES * PIECE_ARGUMENTS + 1) + "\r\n$3\r\nDEL\r\n");
            String piece = "$0\r\n\r\n".repeat(PIECE_ARGUMENTS);
            for (int i = 0; i < PIECES; i++) {
                client.write(piece);
            }
            assertEquals(":0\r\n", client.read().raw());
        }
        assertServes();
    }

    @Test
    void names_to_subscribe_to_are_refused_when_they_would_fill_the_heap() throws IOException {
        try (RespConnection client = connect()) {
            StringBuilder names = new StringBuilder();
            for (int i = 0; i < PIECE_ARGUMENTS * 5; i++) {
                names.append("$8\r\n").append(10_000_000 + i).append("\r\n");
            }
            client.write("*" + (PIECE_ARGUMENTS * 5 + 1) + "\r\n$9\r\nSUBSCRIBE\r\n" + names);
            String refused = client.read().raw();
            assertTrue(refused.startsWith("-ERR no room for more names"), refused);
        }
        assertServes();
    }
}
