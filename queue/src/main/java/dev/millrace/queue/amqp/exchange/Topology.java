package dev.millrace.queue.amqp.exchange;

import dev.millrace.queue.amqp.wire.AmqpError;
import dev.millrace.queue.amqp.wire.Table;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All exchanges of a virtual host and the bindings between them and queues. It knows queues by name
 * only. What goes with what when something is deleted is said here; who keeps it on disk calls this
 * and writes down what it answers.
 */
public final class Topology {
    /** The exchange that sends to the queue whose name is the routing key. */
    public static final String DEFAULT = "";

    private final Map<String, Exchange> exchanges = new LinkedHashMap<>();

    /** By where they lead. */
    private final Map<Destination, Set<Binding>> incoming = new HashMap<>();

    /** One with the exchanges that are always there (specification, section 3.1.3). */
    public Topology() {
        predeclare(DEFAULT, ExchangeType.DIRECT, false);
        predeclare("amq.direct", ExchangeType.DIRECT, false);
        predeclare("amq.fanout", ExchangeType.FANOUT, false);
        predeclare("amq.topic", ExchangeType.TOPIC, false);
        predeclare("amq.headers", ExchangeType.HEADERS, false);
        predeclare("amq.match", ExchangeType.HEADERS, false);
        predeclare("amq.rabbitmq.trace", ExchangeType.TOPIC, true);
    }

    private void predeclare(String name, ExchangeType type, boolean internal) {
        add(new Exchange.Declared(name, type, true, false, internal, Table.EMPTY));
    }

    public Optional<Exchange> exchange(String name) {
        return Optional.ofNullable(exchanges.get(name));
    }

    public Collection<Exchange> exchanges() {
        return Collections.unmodifiableCollection(exchanges.values());
    }

    /** Adds an exchange that is not there. */
    public Exchange add(Exchange.Declared declared) {
        Exchange exchange = new Exchange(declared);
        exchanges.put(declared.name(), exchange);
        return exchange;
    }

    /** The bindings that lead to a queue or an exchange. */
    public Set<Binding> to(Destination destination) {
        return Collections.unmodifiableSet(incoming.getOrDefault(destination, Set.of()));
    }

    /**
     * Binds; both ends are there.
     *
     * @return false if it was there already
     * @throws AmqpError if the exchange takes no such arguments
     */
    public boolean bind(Binding binding) {
        Exchange source = source(binding);
        if (source.declared().type() == ExchangeType.HEADERS) {
            HeadersMatcher.requireValid(binding.arguments());
        }
        boolean fresh = source.add(binding);
        if (fresh) {
            incoming.computeIfAbsent(binding.destination(), end -> new LinkedHashSet<>())
                    .add(binding);
        }
        return fresh;
    }

    private Exchange source(Binding binding) {
        @Nullable Exchange source = exchanges.get(binding.source());
        if (source == null) {
            throw new IllegalArgumentException("no exchange: " + binding.source());
        }
        return source;
    }

    /** What went away. */
    public static final class Gone {
        private final List<Exchange> exchanges = new ArrayList<>();
        private final List<Binding> bindings = new ArrayList<>();

        public List<Exchange> exchanges() {
            return Collections.unmodifiableList(exchanges);
        }

        public List<Binding> bindings() {
            return Collections.unmodifiableList(bindings);
        }
    }

    /** Takes a binding away, if it is there, and the exchanges that live only while bound. */
    public Gone unbind(Binding binding) {
        Gone gone = new Gone();
        unbind(binding, gone);
        return gone;
    }

    private void unbind(Binding binding, Gone gone) {
        @Nullable Exchange source = exchanges.get(binding.source());
        if (source == null || !source.remove(binding)) {
            return;
        }
        incoming.computeIfPresent(
                binding.destination(),
                (end, bindings) -> {
                    bindings.remove(binding);
                    return bindings.isEmpty() ? null : bindings;
                });
        gone.bindings.add(binding);
        if (source.declared().autoDelete() && source.bindings().isEmpty()) {
            delete(source, gone);
        }
    }

    /** Deletes an exchange with all that was bound to it or by it. */
    public Gone delete(Exchange exchange) {
        Gone gone = new Gone();
        delete(exchange, gone);
        return gone;
    }

    private void delete(Exchange exchange, Gone gone) {
        if (!exchanges.remove(exchange.name(), exchange)) {
            return;
        }
        gone.exchanges.add(exchange);
        for (Binding binding : List.copyOf(exchange.bindings())) {
            exchange.remove(binding);
            forget(binding);
            gone.bindings.add(binding);
        }
        unbindAll(new Destination.ToExchange(exchange.name()), gone);
    }

    private void forget(Binding binding) {
        @Nullable Set<Binding> bindings = incoming.get(binding.destination());
        if (bindings != null) {
            bindings.remove(binding);
            if (bindings.isEmpty()) {
                incoming.remove(binding.destination());
            }
        }
    }

    /** A queue is gone. */
    public Gone forgetQueue(String name) {
        Gone gone = new Gone();
        unbindAll(new Destination.ToQueue(name), gone);
        return gone;
    }

    private void unbindAll(Destination destination, Gone gone) {
        for (Binding binding : List.copyOf(to(destination))) {
            unbind(binding, gone);
        }
    }

    // ---- Routing

    /**
     * The names of the queues that a message goes to, each once. Exchanges pass it on to others,
     * each of which looks at it once, so that a circle ends; one where nothing matches gives it to
     * its alternate.
     */
    public Set<String> route(Exchange first, List<String> routingKeys, Headers headers) {
        Set<String> queues = new LinkedHashSet<>();
        Set<String> seen = new LinkedHashSet<>();
        ArrayDeque<Exchange> waiting = new ArrayDeque<>();
        seen.add(first.name());
        waiting.add(first);
        while (!waiting.isEmpty()) {
            for (Destination destination : matched(waiting.remove(), routingKeys, headers)) {
                switch (destination) {
                    case Destination.ToQueue(String name) -> queues.add(name);
                    case Destination.ToExchange(String name) -> {
                        @Nullable Exchange next = exchanges.get(name);
                        if (next != null && seen.add(name)) {
                            waiting.add(next);
                        }
                    }
                }
            }
        }
        return queues;
    }

    private static List<Destination> matched(
            Exchange exchange, List<String> routingKeys, Headers headers) {
        List<Destination> found = new ArrayList<>();
        for (String key : routingKeys) {
            if (exchange.name().equals(DEFAULT)) {
                found.add(new Destination.ToQueue(key));
            } else {
                exchange.matcher().match(key, headers, found::add);
            }
        }
        if (found.isEmpty()) {
            exchange.alternate().map(Destination.ToExchange::new).ifPresent(found::add);
        }
        return found;
    }
}
