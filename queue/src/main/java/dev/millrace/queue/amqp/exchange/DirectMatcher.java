package dev.millrace.queue.amqp.exchange;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Routing key and binding key are the same. */
final class DirectMatcher implements Matcher {
    private final Map<String, List<Binding>> byKey = new HashMap<>();

    @Override
    public void add(Binding binding) {
        byKey.computeIfAbsent(binding.routingKey(), key -> new ArrayList<>(1)).add(binding);
    }

    @Override
    public void remove(Binding binding) {
        byKey.computeIfPresent(
                binding.routingKey(),
                (key, bindings) -> {
                    bindings.remove(binding);
                    return bindings.isEmpty() ? null : bindings;
                });
    }

    @Override
    public void match(String routingKey, Headers headers, Consumer<Destination> taker) {
        for (Binding binding : byKey.getOrDefault(routingKey, List.of())) {
            taker.accept(binding.destination());
        }
    }
}
