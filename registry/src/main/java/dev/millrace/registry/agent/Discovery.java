package dev.millrace.registry.agent;

import dev.millrace.kernel.discovery.Instance;
import dev.millrace.kernel.discovery.Services;
import dev.millrace.registry.catalog.Catalog;
import dev.millrace.registry.catalog.Hosted;
import dev.millrace.registry.catalog.InstanceKey;
import dev.millrace.registry.catalog.ServiceEntry;
import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.server.RegistryLoop;
import dev.millrace.registry.state.Topic;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What other rooms ask of the registry. */
public final class Discovery implements Services {
    private final RegistryLoop loop;

    public Discovery(RegistryLoop loop) {
        this.loop = loop;
    }

    @Override
    public List<Instance> healthy(String service) {
        Catalog catalog = loop.visible().catalog();
        Optional<ServiceEntry> entry = catalog.service(service);
        if (entry.isEmpty()) {
            return List.of();
        }
        List<Instance> healthy = new ArrayList<>();
        for (InstanceKey key : entry.get().instances()) {
            Status status = catalog.status(key);
            if (status != Status.CRITICAL) {
                healthy.add(instance(catalog, key, status));
            }
        }
        return healthy;
    }

    private static Instance instance(Catalog catalog, InstanceKey key, Status status) {
        Hosted hosted = catalog.hosted(key);
        var instance = hosted.instance();
        int weight =
                status == Status.PASSING
                        ? instance.weights().passing()
                        : instance.weights().warning();
        return new Instance(
                instance.node(),
                instance.id(),
                instance.address().isEmpty()
                        ? catalog.host(key).node().address()
                        : instance.address(),
                instance.port(),
                weight,
                instance.tags(),
                instance.meta());
    }

    @Override
    public Watch watch(String service, Consumer<List<Instance>> listener) {
        Topic topic = Topic.of(Topic.Kind.SERVICE, Catalog.fold(service));
        Telling telling = new Telling(service, listener);
        loop.executor()
                .execute(
                        () -> {
                            loop.watchers().add(topic, telling);
                            telling.run();
                        });
        return () ->
                loop.executor()
                        .execute(
                                () -> {
                                    telling.ended = true;
                                    loop.watchers().remove(topic, telling);
                                });
    }

    /** Tells one listener; on the loop. */
    private final class Telling implements Runnable {
        private final String service;
        private final Consumer<List<Instance>> listener;
        private Optional<List<Instance>> told = Optional.empty();
        private boolean ended;

        Telling(String service, Consumer<List<Instance>> listener) {
            this.service = service;
            this.listener = listener;
        }

        @Override
        public void run() {
            List<Instance> now = healthy(service);
            if (!ended && !told.equals(Optional.of(now))) {
                told = Optional.of(now);
                listener.accept(now);
            }
        }
    }
}
