package dev.millrace.it.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;
import dev.millrace.it.queue.NsqSocket.Frame;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

/** {@code millrace queue}, as an operator types it. */
class QueueCommandTest {
    @TempDir Path data;

    private static String asked(Product product, String... words)
            throws IOException, InterruptedException {
        String[] all = new String[words.length + 3];
        all[0] = "queue";
        System.arraycopy(words, 0, all, 1, words.length);
        all[words.length + 1] = "--node";
        all[words.length + 2] = "127.0.0.1:" + product.port("admin.http.port");
        Product.Run run = Product.run(all);
        assertEquals(0, run.exit(), run.out());
        return run.out();
    }

    @Test
    void dead_letters_are_listed_peeked_at_and_given_another_chance() throws Exception {
        try (Product product =
                        Product.up(data, "--only", "queue", "--set", "queue.nsq.max-attempts=1");
                NsqSocket socket = new NsqSocket(product.port("queue.nsq.port"))) {
            assertEquals("OK", socket.ask("SUB orders billing"));
            socket.send("PUB orders", "bad one");
            socket.send("RDY 1\n");
            Frame first = nextMessage(socket);
            socket.send("REQ " + first.id() + " 0\n");
            socket.send("PUB orders", "good one");
            Frame second = nextMessage(socket);
            assertEquals("good one", second.text());
            socket.send("FIN " + second.id() + "\n");

            String list = asked(product, "list");
            assertTrue(list.contains("orders.dead"), list);
            String peeked = asked(product, "peek", "--topic", "orders.dead");
            assertTrue(peeked.contains("bad one"), peeked);
            assertTrue(peeked.contains("channel billing, 1 attempts, at last requeued"), peeked);
            asked(product, "requeue", "--topic", "orders.dead");
            assertEquals("bad one", nextMessage(socket).text());
        }
    }

    private static Frame nextMessage(NsqSocket socket) throws IOException {
        Frame frame = socket.read();
        while (frame.type() != 2) {
            assertEquals("OK", frame.text());
            frame = socket.read();
        }
        return frame;
    }

    @Test
    void what_cannot_be_asked_is_said() throws Exception {
        Product.Run wrong = Product.run("queue", "sweep");
        assertEquals(64, wrong.exit(), wrong.out());
        assertTrue(wrong.out().contains("expected: one of [list, peek, requeue]"), wrong.out());
        Product.Run nobody = Product.run("queue", "list", "--node", "127.0.0.1:1");
        assertEquals(69, nobody.exit(), nobody.out());
    }
}
