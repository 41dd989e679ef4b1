package dev.millrace.kernel.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

class ServiceDirectoryTest {
    private static final Instance WEB =
            new Instance("n", "web", "10.0.0.1", 80, 1, List.of(), Map.of());

    private final ServiceDirectory directory = new ServiceDirectory();
    private final List<String> told = new ArrayList<>();

    /** A registry that finds one service, and tells of it at once. */
    private final Services registry =
            new Services() {
                @Override
                public List<Instance> healthy(String service) {
                    return service.equals("web") ? List.of(WEB) : List.of();
                }

                @Override
                public Watch watch(String service, Consumer<List<Instance>> listener) {
                    listener.accept(healthy(service));
                    return () -> told.add("ended " + service);
                }
            };

    private void tell(List<Instance> instances) {
        told.add(instances.size() + " found");
    }

    @Test
    void nobody_is_found_before_the_registry_serves_and_after() {
        assertEquals(List.of(), directory.healthy("web"));
        directory.offer(registry);
        assertEquals(List.of(WEB), directory.healthy("web"));
        directory.withdraw();
        assertEquals(List.of(), directory.healthy("web"));
    }

    @Test
    void who_watches_before_is_told_when_it_serves() {
        Services.Watch watch = directory.watch("web", this::tell);
        assertEquals(List.of(), told);
        directory.offer(registry);
        assertEquals(List.of("1 found"), told);
        watch.close();
        watch.close();
        assertEquals(List.of("1 found", "ended web"), told);
    }

    @Test
    void who_has_ended_before_is_not_told() {
        directory.watch("web", this::tell).close();
        directory.offer(registry);
        assertEquals(List.of(), told);
    }
}
