package dev.millrace.it.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.net.HostAndPort;

import dev.millrace.it.Product;
import dev.millrace.it.server.Await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kiwiproject.consul.Consul;
import org.kiwiproject.consul.ConsulException;
import org.kiwiproject.consul.model.agent.ImmutableRegistration;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * SIGKILL while clients register and deregister services and put and delete keys. What was
 * acknowledged is so afterwards; of what was under way it is one or the other.
 */
@Timeout(180)
class RegistryCrashTest {
    private static final int CRASHES = 4;
    private static final int CLIENTS = 4;

    /** Of each client. */
    private static final int NAMES = 20;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir Path data;

    private final AtomicInteger acknowledged = new AtomicInteger();

    /** What one client knows: of each name its last number, and the one that is under way. */
    private static final class Known {
        private final Map<String, Integer> services = new HashMap<>();
        private final Map<String, Integer> keys = new HashMap<>();
        private Optional<String> underway = Optional.empty();
        private int wanted;
        private long index;
    }

    /** A number that stands for nothing being there. */
    private static final int ABSENT = 0;

    private Product up() throws IOException {
        // Checkpoints now and then: they are crashed, too.
        return Product.up(
                data,
                "--only",
                "registry",
                "--set",
                "journal.checkpoint-bytes=256kb",
                "--set",
                "journal.checkpoint-seconds=0");
    }

    private static Consul connect(Product product) {
        return Consul.builder()
                .withHostAndPort(
                        HostAndPort.fromParts("127.0.0.1", product.port("registry.http.port")))
                .build();
    }

    @Test
    void what_was_acknowledged_is_so_after_a_kill_and_no_index_goes_back() throws Exception {
        List<Known> all = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            all.add(new Known());
        }
        for (int crash = 0; crash < CRASHES; crash++) {
            try (Product product = up()) {
                Consul consul = connect(product);
                List<Thread> clients = new ArrayList<>();
                for (int client = 0; client < CLIENTS; client++) {
                    Known known = all.get(client);
                    check(consul, client, known);
                    int number = client;
                    clients.add(Thread.ofPlatform().start(() -> changes(consul, number, known)));
                }
                int enough = acknowledged.get() + ThreadLocalRandom.current().nextInt(300, 900);
                Await.until(
                        "changes are acknowledged", PATIENCE, () -> acknowledged.get() >= enough);
                product.kill();
                for (Thread client : clients) {
                    client.join();
                }
                consul.destroy();
            }
        }
        try (Product product = up()) {
            Consul consul = connect(product);
            for (int client = 0; client < CLIENTS; client++) {
                check(consul, client, all.get(client));
            }
            consul.destroy();
        }
    }

    /** Changes one after the other until the process is killed. */
    private void changes(Consul consul, int client, Known known) {
        int number = 1 + Math.max(largest(known.services), largest(known.keys));
        try {
            while (true) {
                String name = "c" + client + "-" + ThreadLocalRandom.current().nextInt(NAMES);
                boolean service = ThreadLocalRandom.current().nextBoolean();
                Map<String, Integer> of = service ? known.services : known.keys;
                boolean there = of.getOrDefault(name, ABSENT) != ABSENT;
                int wanted =
                        there && ThreadLocalRandom.current().nextInt(3) == 0 ? ABSENT : number++;
                known.underway = Optional.of((service ? "service " : "key ") + name);
                known.wanted = wanted;
                if (service) {
                    changeService(consul, name, wanted);
                } else {
                    changeKey(consul, name, wanted);
                }
                of.put(name, wanted);
                known.underway = Optional.empty();
                acknowledged.incrementAndGet();
            }
        } catch (ConsulException killed) {
            return; // What was not answered may be so or not.
        }
    }

    private static int largest(Map<String, Integer> numbers) {
        return numbers.values().stream().mapToInt(Integer::intValue).max().orElse(ABSENT);
    }

    private static void changeService(Consul consul, String name, int number) {
        if (number == ABSENT) {
            consul.agentClient().deregister(name);
        } else {
            consul.agentClient()
                    .register(
                            ImmutableRegistration.builder()
                                    .id(name)
                                    .name(name)
                                    .port(1)
                                    .putMeta("number", "" + number)
                                    .build());
        }
    }

    private static void changeKey(Consul consul, String name, int number) {
        if (number == ABSENT) {
            consul.keyValueClient().deleteKey("keys/" + name);
        } else {
            consul.keyValueClient().putValue("keys/" + name, "" + number);
        }
    }

    /** Compares, and takes over what was under way as it is now. */
    private static void check(Consul consul, int client, Known known) {
        for (int i = 0; i < NAMES; i++) {
            String name = "c" + client + "-" + i;
            checkOne(known, known.services, "service ", name, () -> service(consul, known, name));
            checkOne(known, known.keys, "key ", name, () -> key(consul, name));
        }
        known.underway = Optional.empty();
    }

    private static void checkOne(
            Known known,
            Map<String, Integer> numbers,
            String kind,
            String name,
            Supplier<Integer> now) {
        int found = now.get();
        int last = numbers.getOrDefault(name, ABSENT);
        if (known.underway.equals(Optional.of(kind + name)) && found == known.wanted) {
            numbers.put(name, found);
        } else {
            assertEquals(last, found, kind + name);
        }
    }

    private static int service(Consul consul, Known known, String name) {
        var answer = consul.healthClient().getAllServiceInstances(name);
        if (answer.getResponse().isEmpty()) {
            return ABSENT;
        }
        assertEquals(1, answer.getResponse().size());
        long index = answer.getIndex().longValueExact();
        var nodes = consul.catalogClient().getServices().getIndex().longValueExact();
        assertTrue(nodes >= known.index, nodes + " after " + known.index);
        assertTrue(nodes >= index, nodes + " below a service's " + index);
        known.index = nodes;
        return Integer.parseInt(
                answer.getResponse()
                        .getFirst()
                        .getService()
                        .getMeta()
                        .getOrDefault("number", "-1"));
    }

    private static int key(Consul consul, String name) {
        return consul.keyValueClient()
                .getValueAsString("keys/" + name)
                .map(Integer::parseInt)
                .orElse(ABSENT);
    }
}
