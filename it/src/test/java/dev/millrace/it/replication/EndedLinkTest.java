package dev.millrace.it.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.it.replication.FakeMaster.Answer;
import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.Await;
import dev.millrace.it.server.MillraceProcess;
import dev.millrace.it.server.RedisProcess;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** REPLICAOF on one loop, while what the old master says is executed on another. */
class EndedLinkTest {
    private static final int ROUNDS = 10;
    private static final String INCR = "*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n";

    private static byte[] dump() throws IOException {
        try (RedisProcess redis = RedisProcess.start(Setup.plain());
                RespConnection filler = RespConnection.open(redis.port())) {
            filler.call("SET", "n", "0");
            filler.call("SAVE");
            return Files.readAllBytes(redis.folder().resolve("dump.rdb"));
        }
    }

    @Test
    void an_ended_link_executes_nothing_more() throws IOException {
        byte[] dump = dump();
        byte[] head =
                FakeMaster.latin(
                        "+FULLRESYNC " + "c".repeat(40) + " 1000\r\n$" + dump.length + "\r\n");
        byte[] commands = FakeMaster.latin(INCR.repeat(200_000));
        Answer answer = new Answer(FakeMaster.join(FakeMaster.join(head, dump), commands), true);
        try (Server node = MillraceProcess.start(Setup.plain().withLoops(4));
                FakeMaster master = new FakeMaster()) {
            List<RespConnection> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) { // One on each loop.
                clients.add(RespConnection.open(node.port()));
            }
            for (int round = 0; round < ROUNDS; round++) {
                RespConnection client = clients.get(round % clients.size());
                master.answer(answer);
                client.call("DEL", "n");
                client.call("REPLICAOF", "127.0.0.1", "" + master.port());
                Await.until("it executes", Replicas.SOON, () -> count(client) > 100);
                assertEquals("+OK\r\n", client.call("REPLICAOF", "NO", "ONE").raw());
                assertEquals("+OK\r\n", client.call("SET", "n", "-7").raw());
                for (int i = 0; i < 100; i++) {
                    assertEquals("$2\r\n-7\r\n", client.call("GET", "n").raw());
                }
            }
            clients.forEach(RespConnection::close);
        }
    }

    private static long count(RespConnection client) {
        try {
            String shown = client.call("GET", "n").raw();
            return shown.startsWith("$-") || shown.startsWith("-")
                    ? 0
                    : Long.parseLong(shown.split("\r\n")[1]);
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }
}
