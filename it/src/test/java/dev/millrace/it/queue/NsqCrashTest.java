package dev.millrace.it.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;
import dev.millrace.it.queue.NsqSocket.Frame;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** SIGKILL while a producer publishes and a consumer takes. */
class NsqCrashTest {
    private static final int CRASHES = 4;
    private static final long DEFERRED_MILLIS = 6_000;

    @TempDir Path data;

    /** What was answered with OK. */
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

    /** By what was answered with OK, the earliest time at which it may come. */
    private final Map<String, Long> deferred = new ConcurrentHashMap<>();

    private final Set<String> arrived = ConcurrentHashMap.newKeySet();

    /** By a message that was delivered and not finished, with how many attempts. */
    private final Map<String, Integer> unfinished = new HashMap<>();

    private Product up() throws IOException {
        return Product.up(data, "--only", "queue", "--set", "queue.nsq.msg-timeout=60s");
    }

    @Test
    void what_was_acknowledged_arrives_late_if_deferred_and_with_its_attempts_counted()
            throws Exception {
        for (int crash = 0; crash < CRASHES; crash++) {
            try (Product product = up()) {
                int port = product.port("queue.nsq.port");
                int round = crash;
                Thread producer = Thread.ofPlatform().start(() -> publish(port, round));
                Thread consumer = Thread.ofPlatform().start(() -> consume(port));
                Thread.sleep(ThreadLocalRandom.current().nextInt(300, 900));
                product.kill();
                producer.join();
                consumer.join();
            }
        }
        assertTrue(acknowledged.size() > CRASHES, "published: " + acknowledged.size());
        try (Product product = up();
                NsqSocket socket = subscribed(product.port("queue.nsq.port"))) {
            while (!arrived.containsAll(acknowledged)) {
                take(socket, true);
            }
        }
        Set<String> lost = new TreeSet<>(acknowledged);
        lost.removeAll(arrived);
        assertEquals(Set.of(), lost);
    }

    private void publish(int port, int round) {
        try (NsqSocket socket = new NsqSocket(port)) {
            for (int i = 0; true; i++) {
                String body = round + "-" + i;
                long before = System.currentTimeMillis();
                boolean later = i % 50 == 7;
                socket.send(later ? "DPUB crash " + DEFERRED_MILLIS : "PUB crash", body);
                if (later) {
                    deferred.put(body, before + DEFERRED_MILLIS);
                }
                assertEquals("OK", socket.read().text());
                acknowledged.add(body);
            }
        } catch (IOException killed) {
            return; // What was not answered may be there or not.
        }
    }

    private void consume(int port) {
        try (NsqSocket socket = subscribed(port)) {
            while (true) {
                take(socket, ThreadLocalRandom.current().nextInt(10) > 0);
            }
        } catch (IOException killed) {
            return; // What it has comes again.
        }
    }

    private static NsqSocket subscribed(int port) throws IOException {
        NsqSocket socket = new NsqSocket(port);
        assertEquals("OK", socket.ask("SUB crash channel"));
        socket.send("RDY 2500\n");
        return socket;
    }

    private void take(NsqSocket socket, boolean finish) throws IOException {
        Frame frame = socket.read();
        assertEquals(2, frame.type(), frame.text());
        String body = frame.text();
        long earliest = deferred.getOrDefault(body, 0L);
        assertTrue(System.currentTimeMillis() >= earliest, body + " came before its time");
        int before = unfinished.getOrDefault(body, 0);
        assertTrue(frame.attempts() > before, body + " came with " + frame.attempts());
        arrived.add(body);
        unfinished.put(body, frame.attempts());
        if (finish) {
            socket.send("FIN " + frame.id() + "\n");
        }
    }
}
