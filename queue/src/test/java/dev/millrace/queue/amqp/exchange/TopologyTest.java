package dev.millrace.queue.amqp.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.queue.amqp.wire.AmqpError;
import dev.millrace.queue.amqp.wire.FieldValue;
import dev.millrace.queue.amqp.wire.Table;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

class TopologyTest {
    private final Topology topology = new Topology();

    private Exchange exchange(String name, ExchangeType type) {
        return exchange(name, type, Table.EMPTY);
    }

    private Exchange exchange(String name, ExchangeType type, Table arguments) {
        return topology.add(new Exchange.Declared(name, type, false, false, false, arguments));
    }

    private static Binding toQueue(String exchange, String queue, String key) {
        return new Binding(exchange, new Destination.ToQueue(queue), key, Table.EMPTY);
    }

    private static Binding toExchange(String exchange, String target, String key) {
        return new Binding(exchange, new Destination.ToExchange(target), key, Table.EMPTY);
    }

    private Set<String> route(String exchange, String key) {
        return route(exchange, key, Table.EMPTY);
    }

    private Set<String> route(String exchange, String key, Table headers) {
        return topology.route(
                topology.exchange(exchange).orElseThrow(), List.of(key), () -> headers);
    }

    @Test
    void the_default_exchange_sends_to_the_queue_of_that_name() {
        assertEquals(Set.of("q"), route("", "q"));
    }

    @Test
    void a_direct_exchange_compares_keys() {
        topology.bind(toQueue("amq.direct", "q", "k"));
        topology.bind(toQueue("amq.direct", "r", "k"));
        topology.bind(toQueue("amq.direct", "q", "other"));
        assertEquals(Set.of("q", "r"), route("amq.direct", "k"));
        assertEquals(Set.of(), route("amq.direct", "K"));
    }

    @Test
    void a_fanout_exchange_sends_to_every_queue_once() {
        topology.bind(toQueue("amq.fanout", "q", "a"));
        topology.bind(toQueue("amq.fanout", "q", "b"));
        topology.bind(toQueue("amq.fanout", "r", ""));
        assertEquals(List.of("q", "r"), List.copyOf(route("amq.fanout", "x")));
    }

    @Test
    void a_binding_that_is_there_is_not_made_twice() {
        assertTrue(topology.bind(toQueue("amq.direct", "q", "k")));
        assertFalse(topology.bind(toQueue("amq.direct", "q", "k")));
        topology.unbind(toQueue("amq.direct", "q", "k"));
        assertEquals(Set.of(), route("amq.direct", "k"));
    }

    @Test
    void a_topic_exchange_agrees_with_trying_every_way() {
        Seeds.each(
                300,
                random -> {
                    Topology drawn = new Topology();
                    Exchange topic = drawn.exchange("amq.topic").orElseThrow();
                    TreeMap<String, String> patterns = new TreeMap<>();
                    for (int i = random.nextInt(1, 12); i > 0; i--) {
                        String pattern = key(random, true);
                        patterns.put("q" + i, pattern);
                        drawn.bind(toQueue("amq.topic", "q" + i, pattern));
                    }
                    for (int i = 0; i < 10; i++) {
                        String gone = "q" + random.nextInt(12);
                        if (random.nextInt(4) == 0 && patterns.containsKey(gone)) {
                            drawn.unbind(toQueue("amq.topic", gone, patterns.remove(gone)));
                        }
                        String key = key(random, false);
                        Set<String> expected = new TreeSet<>();
                        patterns.forEach(
                                (queue, pattern) -> {
                                    if (matches(
                                            TopicMatcher.words(pattern), TopicMatcher.words(key))) {
                                        expected.add(queue);
                                    }
                                });
                        assertEquals(
                                expected,
                                new TreeSet<>(drawn.route(topic, List.of(key), () -> Table.EMPTY)),
                                () -> key + " " + patterns);
                    }
                });
    }

    private static String key(RandomGenerator random, boolean pattern) {
        StringBuilder key = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            String words = pattern ? "aabb*#" : "aab";
            int drawn = random.nextInt(words.length() + 1);
            key.append(drawn < words.length() ? words.substring(drawn, drawn + 1) : "");
            key.append(i > 1 ? "." : "");
        }
        return key.toString();
    }

    private static boolean matches(List<String> pattern, List<String> words) {
        if (pattern.isEmpty()) {
            return words.isEmpty();
        }
        List<String> rest = pattern.subList(1, pattern.size());
        if (pattern.getFirst().equals("#")) {
            return matches(rest, words)
                    || !words.isEmpty() && matches(pattern, words.subList(1, words.size()));
        }
        return !words.isEmpty()
                && (pattern.getFirst().equals("*") || pattern.getFirst().equals(words.getFirst()))
                && matches(rest, words.subList(1, words.size()));
    }

    @Test
    void many_hashes_in_a_topic_do_not_take_forever() {
        topology.bind(toQueue("amq.topic", "q", "#.a.".repeat(25) + "b"));
        assertEquals(Set.of(), route("amq.topic", "a.".repeat(100) + "c"));
    }

    private Binding headers(String queue, Table arguments) {
        Binding binding = new Binding("amq.headers", new Destination.ToQueue(queue), "", arguments);
        topology.bind(binding);
        return binding;
    }

    @Test
    void a_headers_exchange_wants_all_or_any_of_the_arguments() {
        Table both = Table.EMPTY.with("a", 1).with("b", "x");
        headers("unsaid", both);
        headers("all", both.with("x-match", "all"));
        headers("any", both.with("x-match", "any"));
        assertEquals(Set.of("unsaid", "all", "any"), route("amq.headers", "", both));
        assertEquals(Set.of("any"), route("amq.headers", "", Table.EMPTY.with("a", 1)));
        assertEquals(Set.of(), route("amq.headers", "", Table.EMPTY.with("a", 2)));
    }

    @Test
    void a_headers_exchange_takes_integers_of_other_lengths_for_the_same() {
        headers("q", Table.EMPTY.with("a", new FieldValue.Whole('I', 5)));
        assertEquals(Set.of("q"), route("amq.headers", "", Table.EMPTY.with("a", 5)));
    }

    @Test
    void an_argument_without_a_value_asks_that_the_header_is_there() {
        headers("q", Table.EMPTY.with("a", new FieldValue.Nothing()));
        assertEquals(Set.of("q"), route("amq.headers", "", Table.EMPTY.with("a", true)));
        assertEquals(Set.of(), route("amq.headers", "", Table.EMPTY));
    }

    @Test
    void arguments_that_begin_with_x_count_only_if_asked_for() {
        Table x = Table.EMPTY.with("x-a", 1);
        headers("without", x.with("x-match", "any"));
        headers("with", x.with("x-match", "any-with-x"));
        assertEquals(Set.of("with"), route("amq.headers", "", x));
    }

    @Test
    void an_unknown_way_to_match_is_refused() {
        assertThrows(AmqpError.class, () -> headers("q", Table.EMPTY.with("x-match", "some")));
    }

    @Test
    void exchanges_pass_on_and_a_circle_ends() {
        exchange("a", ExchangeType.FANOUT);
        exchange("b", ExchangeType.TOPIC);
        topology.bind(toExchange("a", "b", ""));
        topology.bind(toExchange("b", "a", "#"));
        topology.bind(toQueue("b", "q", "x.*"));
        assertEquals(Set.of("q"), route("a", "x.y"));
        assertEquals(Set.of(), route("a", "y"));
    }

    @Test
    void what_matches_nothing_goes_to_the_alternate_exchange() {
        exchange("a", ExchangeType.DIRECT, Table.EMPTY.with("alternate-exchange", "amq.fanout"));
        topology.bind(toQueue("a", "q", "k"));
        topology.bind(toQueue("amq.fanout", "lost", ""));
        assertEquals(Set.of("q"), route("a", "k"));
        assertEquals(Set.of("lost"), route("a", "other"));
    }

    @Test
    void an_alternate_exchange_that_is_not_there_loses_the_message() {
        exchange("a", ExchangeType.DIRECT, Table.EMPTY.with("alternate-exchange", "none"));
        assertEquals(Set.of(), route("a", "k"));
    }

    @Test
    void an_exchange_goes_with_its_last_binding_if_it_was_declared_so() {
        topology.add(
                new Exchange.Declared("a", ExchangeType.FANOUT, true, true, false, Table.EMPTY));
        topology.bind(toQueue("a", "q", ""));
        topology.bind(toExchange("amq.fanout", "a", ""));
        Topology.Gone gone = topology.forgetQueue("q");
        assertEquals(
                Set.of(toQueue("a", "q", ""), toExchange("amq.fanout", "a", "")),
                Set.copyOf(gone.bindings()));
        assertEquals("a", gone.exchanges().getFirst().name());
        assertTrue(topology.exchange("a").isEmpty());
        assertEquals(Set.of(), route("amq.fanout", ""));
    }
}
