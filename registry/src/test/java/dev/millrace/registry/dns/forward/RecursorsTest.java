package dev.millrace.registry.dns.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

class RecursorsTest {
    private static InetSocketAddress address(String text) {
        return Recursors.address(text).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.2, 10.0.0.2, 53",
        "10.0.0.2:5300, 10.0.0.2, 5300",
        "2001:db8::1, 2001:db8:0:0:0:0:0:1, 53",
        "[2001:db8::1]:5300, 2001:db8:0:0:0:0:0:1, 5300"
    })
    void an_address_may_have_a_port(String text, String host, int port) {
        assertEquals(host, address(text).getAddress().getHostAddress());
        assertEquals(port, address(text).getPort());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "dns.example", "10.0.0.2:", "10.0.0.2:0", "10.0.0.2:65536", "[::1"})
    void anything_else_is_none(String text) {
        assertTrue(Recursors.address(text).isEmpty());
    }

    @Test
    void a_server_finds_itself_among_them_also_where_it_is_bound_to_all_addresses() {
        Recursors recursors = new Recursors(List.of(address("127.0.0.1:8600")), false);
        assertTrue(recursors.loop(address("127.0.0.1:8600")).isPresent());
        assertTrue(recursors.loop(address("0.0.0.0:8600")).isPresent());
        assertTrue(recursors.loop(address("127.0.0.1:8601")).isEmpty());
        assertTrue(recursors.loop(address("127.0.0.2:8600")).isEmpty());
        Recursors far = new Recursors(List.of(address("192.0.2.1:8600")), false);
        assertTrue(far.loop(address("0.0.0.0:8600")).isEmpty());
    }

    @Test
    void the_first_is_the_first_unless_it_is_chosen_by_chance() {
        List<InetSocketAddress> all = List.of(address("10.0.0.1"), address("10.0.0.2"));
        SplittableRandom random = new SplittableRandom(1);
        Set<InetSocketAddress> first = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            assertEquals(all, new Recursors(all, false).order(random));
            List<InetSocketAddress> order = new Recursors(all, true).order(random);
            assertEquals(Set.copyOf(all), Set.copyOf(order));
            first.add(order.getFirst());
        }
        assertEquals(2, first.size());
    }
}
