package dev.millrace.kernel.discovery;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The lookup of services on this node, for rooms that start before the registry, or without one.
 * The registry offers itself when it serves; before that, and after it has stopped, nobody is
 * found. Who watches before is told when it serves. From any thread.
 */
public final class ServiceDirectory implements Services {
    private final List<Waiting> waiting = new ArrayList<>();
    private Optional<Services> registry = Optional.empty();

    /** Who watches; guarded by the directory. */
    private static final class Waiting implements Watch {
        private final String service;
        private final Consumer<List<Instance>> listener;
        private Optional<Watch> begun = Optional.empty();
        private boolean ended;

        Waiting(String service, Consumer<List<Instance>> listener) {
            this.service = service;
            this.listener = listener;
        }

        /** Watches in a registry, unless it has ended. */
        synchronized void begin(Services in) {
            if (!ended) {
                begun = Optional.of(in.watch(service, listener));
            }
        }

        @Override
        public synchronized void close() {
            ended = true;
            begun.ifPresent(Watch::close);
            begun = Optional.empty();
        }
    }

    /** The registry serves. */
    public void offer(Services serving) {
        List<Waiting> all;
        synchronized (this) {
            registry = Optional.of(serving);
            all = List.copyOf(waiting);
            waiting.clear();
        }
        all.forEach(one -> one.begin(serving));
    }

    /** It serves no more. */
    public synchronized void withdraw() {
        registry = Optional.empty();
    }

    private synchronized Optional<Services> registry() {
        return registry;
    }

    @Override
    public List<Instance> healthy(String service) {
        return registry().map(there -> there.healthy(service)).orElse(List.of());
    }

    @Override
    public Watch watch(String service, Consumer<List<Instance>> listener) {
        Waiting watch = new Waiting(service, listener);
        Optional<Services> serving;
        synchronized (this) {
            serving = registry;
            if (serving.isEmpty()) {
                waiting.add(watch);
            }
        }
        serving.ifPresent(watch::begin);
        return watch;
    }
}
