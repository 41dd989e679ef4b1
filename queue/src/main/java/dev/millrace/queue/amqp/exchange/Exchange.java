package dev.millrace.queue.amqp.exchange;

import dev.millrace.queue.amqp.wire.Table;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** An exchange and what is bound to it. */
public final class Exchange {
    private static final String ALTERNATE = "alternate-exchange";

    private final Declared declared;
    private final Matcher matcher;
    private final Set<Binding> bindings = new LinkedHashSet<>();

    /**
     * What a client said when it declared it.
     *
     * @param autoDelete it goes with its last binding
     * @param internal no client publishes to it, only other exchanges do
     */
    public record Declared(
            String name,
            ExchangeType type,
            boolean durable,
            boolean autoDelete,
            boolean internal,
            Table arguments) {}

    Exchange(Declared declared) {
        this.declared = declared;
        this.matcher = declared.type().matcher();
    }

    public Declared declared() {
        return declared;
    }

    public String name() {
        return declared.name();
    }

    /** Where it sends what matches no binding of it. */
    public Optional<String> alternate() {
        return declared.arguments().text(ALTERNATE);
    }

    /** What it sends where. */
    public Set<Binding> bindings() {
        return Collections.unmodifiableSet(bindings);
    }

    Matcher matcher() {
        return matcher;
    }

    boolean add(Binding binding) {
        boolean fresh = bindings.add(binding);
        if (fresh) {
            matcher.add(binding);
        }
        return fresh;
    }

    boolean remove(Binding binding) {
        boolean was = bindings.remove(binding);
        if (was) {
            matcher.remove(binding);
        }
        return was;
    }
}
