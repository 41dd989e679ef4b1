package dev.millrace.queue.amqp.exchange;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;

/** Every binding matches. */
final class FanoutMatcher implements Matcher {
    private final Set<Binding> bindings = new LinkedHashSet<>();

    @Override
    public void add(Binding binding) {
        bindings.add(binding);
    }

    @Override
    public void remove(Binding binding) {
        bindings.remove(binding);
    }

    @Override
    public void match(String routingKey, Headers headers, Consumer<Destination> taker) {
        for (Binding binding : bindings) {
            taker.accept(binding.destination());
        }
    }
}
