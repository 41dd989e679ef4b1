package dev.millrace.kernel.admin;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** What can be asked of this process. Rooms add to it while they start, and later too. */
public final class AdminRoutes {
    /** By path, then by method. */
    private final Map<String, Map<String, AdminRoute>> routes = new ConcurrentHashMap<>();

    /** Adds one; each method of a path belongs to one room. */
    public void add(AdminRoute route) {
        Map<String, AdminRoute> methods =
                routes.computeIfAbsent(route.path(), path -> new ConcurrentHashMap<>());
        if (methods.putIfAbsent(route.method(), route) != null) {
            throw new IllegalArgumentException(
                    route.method() + " " + route.path() + ": added twice");
        }
    }

    public Optional<AdminRoute> find(String method, String path) {
        return Optional.ofNullable(routes.getOrDefault(path, Map.of()).get(method));
    }

    boolean hasPath(String path) {
        return routes.containsKey(path);
    }

    /** {@code METHOD path}, sorted by path. */
    List<String> lines() {
        return new TreeMap<>(routes)
                .values().stream()
                        .flatMap(methods -> new TreeMap<>(methods).values().stream())
                        .map(route -> route.method() + " " + route.path())
                        .toList();
    }
}
