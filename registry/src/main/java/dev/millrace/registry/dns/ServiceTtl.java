package dev.millrace.registry.dns;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * How long an answer about a service may be kept: by its name, else by the longest prefix that is
 * listed with a star, else not at all.
 *
 * @param exact seconds by name
 * @param prefixes seconds by prefix, without the star
 */
public record ServiceTtl(Map<String, Long> exact, Map<String, Long> prefixes) {
    public ServiceTtl {
        exact = Map.copyOf(exact);
        prefixes = Map.copyOf(prefixes);
    }

    /** Of {@code name=duration} and {@code prefix*=duration}; nothing if one is neither. */
    static Optional<ServiceTtl> of(
            List<String> entries, Function<String, Optional<Duration>> duration) {
        Map<String, Long> exact = new HashMap<>();
        Map<String, Long> prefixes = new HashMap<>();
        for (String entry : entries) {
            int equals = entry.indexOf('=');
            Optional<Duration> ttl =
                    equals <= 0
                            ? Optional.empty()
                            : duration.apply(entry.substring(equals + 1).strip());
            if (ttl.isEmpty()) {
                return Optional.empty();
            }
            String name = entry.substring(0, equals).strip().toLowerCase(Locale.ROOT);
            if (name.endsWith("*")) {
                prefixes.put(name.substring(0, name.length() - 1), ttl.get().toSeconds());
            } else {
                exact.put(name, ttl.get().toSeconds());
            }
        }
        return Optional.of(new ServiceTtl(exact, prefixes));
    }

    /** Seconds for a service, by its name in lower case. */
    long seconds(String service) {
        Long named = exact.get(service);
        if (named != null) {
            return named;
        }
        for (int length = service.length(); length >= 0 && !prefixes.isEmpty(); length--) {
            Long prefixed = prefixes.get(service.substring(0, length));
            if (prefixed != null) {
                return prefixed;
            }
        }
        return 0;
    }
}
