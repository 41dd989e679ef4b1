package dev.millrace.it.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;
import dev.millrace.it.crash.SmallDisk;
import dev.millrace.it.queue.NsqSocket.Frame;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** Consumers that vanish, and a disk that is full. */
class NsqFaultTest {
    private static final int BODY_BYTES = 32 * 1024;
    private static final long SMALL_BYTES = 8 << 20;

    @TempDir Path data;

    private static NsqSocket connect(Product product) throws IOException {
        return new NsqSocket(product.port("queue.nsq.port"));
    }

    private static NsqSocket subscribed(Product product) throws IOException {
        NsqSocket socket = connect(product);
        assertEquals("OK", socket.ask("SUB work channel"));
        socket.send("RDY 10\n");
        return socket;
    }

    @Test
    void what_a_consumer_had_that_vanished_goes_to_another_and_its_connection_ends()
            throws Exception {
        try (Product product =
                        Product.up(
                                data,
                                "--only",
                                "queue",
                                "--set",
                                "queue.nsq.heartbeat=500ms",
                                "--set",
                                "queue.nsq.msg-timeout=1s");
                NsqSocket vanished = subscribed(product);
                NsqSocket producer = connect(product)) {
            producer.send("PUB work", "x");
            assertEquals("OK", producer.read().text());
            assertEquals(1, vanished.read().attempts());
            // From here on it says nothing, not even to heartbeats, and its socket stays open.
            try (NsqSocket other = subscribed(product)) {
                Frame again = other.read();
                assertEquals("x", again.text());
                assertTrue(again.attempts() > 1, "counted");
                other.send("FIN " + again.id() + "\n");
                while (!vanished.isClosed()) {
                    // Heartbeats that it had not read.
                }
                other.send("CLS\n");
                assertEquals("CLOSE_WAIT", other.read().text());
            }
        }
    }

    @Test
    void a_full_disk_refuses_messages_and_loses_none_that_it_took() throws Exception {
        Set<Integer> taken = new TreeSet<>();
        try (SmallDisk disk = SmallDisk.at(data, SMALL_BYTES)) {
            try (Product product = up();
                    NsqSocket producer = connect(product)) {
                String refused = fill(producer, taken);
                assertTrue(refused.startsWith("E_PUB_FAILED PUB failed "), refused);
                disk.resize(SMALL_BYTES * 8);
                product.kill();
            }
            try (Product product = up();
                    NsqSocket consumer = subscribed(product)) {
                Set<Integer> found = new TreeSet<>();
                while (!found.containsAll(taken)) {
                    Frame frame = consumer.read();
                    found.add(Integer.parseInt(frame.text().substring(0, BODY_BYTES).strip()));
                    consumer.send("FIN " + frame.id() + "\n");
                }
                assertEquals(taken, found);
            }
        }
    }

    private Product up() throws IOException {
        return Product.up(
                data,
                "--only",
                "queue",
                "--set",
                "journal.segment-bytes=524288",
                "--set",
                "journal.spares=1",
                "--set",
                "journal.low-water-bytes=0");
    }

    /** Publishes until that is refused; what the refusal says. */
    private static String fill(NsqSocket producer, Set<Integer> taken) throws IOException {
        for (int i = 0; i * (long) BODY_BYTES < 2 * SMALL_BYTES; i++) {
            producer.send("PUB work", String.format("%-" + BODY_BYTES + "d", i));
            String answer = producer.read().text();
            if (!answer.equals("OK")) {
                return answer;
            }
            taken.add(i);
        }
        throw new AssertionError("more was taken than there is room for");
    }
}
