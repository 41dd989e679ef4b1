package dev.millrace.registry.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All that can be asked. Of two that fit the one with the longer path is meant. */
public final class Routes {
    private final Map<String, Map<String, Route>> byPath = new HashMap<>();

    public Routes(List<Route> all) {
        for (Route route : all) {
            Route twice =
                    byPath.computeIfAbsent(route.path(), unknown -> new LinkedHashMap<>())
                            .put(route.method(), route);
            if (twice != null) {
                throw new IllegalArgumentException(
                        "two routes " + route.method() + " " + route.path());
            }
        }
    }

    /** A route for a path, or the reply that there is none. */
    public sealed interface Found {}

    /** The route, and the rest of the path. */
    public record Match(Route route, String rest) implements Found {}

    /** There is none. */
    public record NoMatch(Reply reply) implements Found {}

    /** Which one is meant. HEAD is answered as GET is. */
    public Found find(String method, String path) {
        Optional<String> fits = fitting(path);
        if (fits.isEmpty()) {
            return new NoMatch(
                    Reply.text(404, "Invalid URL path: not a recognized HTTP API endpoint"));
        }
        Map<String, Route> methods = byPath.getOrDefault(fits.get(), Map.of());
        Route route = methods.get(method.equals("HEAD") ? "GET" : method);
        if (route != null) {
            return new Match(route, path.substring(fits.get().length()));
        }
        List<String> allowed = new ArrayList<>(methods.keySet());
        Reply options = Reply.text(200, "").header("Allow", "OPTIONS," + String.join(",", allowed));
        return new NoMatch(
                method.equals("OPTIONS")
                        ? options
                        : Reply.text(405, "method " + method + " not allowed")
                                .header("Allow", String.join(",", allowed)));
    }

    private Optional<String> fitting(String path) {
        if (byPath.containsKey(path)) {
            return Optional.of(path);
        }
        for (int slash = path.lastIndexOf('/');
                slash > 0;
                slash = path.lastIndexOf('/', slash - 1)) {
            String beginning = path.substring(0, slash + 1);
            if (byPath.containsKey(beginning)) {
                return Optional.of(beginning);
            }
        }
        return Optional.empty();
    }
}
