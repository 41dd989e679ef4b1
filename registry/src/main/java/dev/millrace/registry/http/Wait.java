package dev.millrace.registry.http;

import dev.millrace.registry.check.GoDuration;

import java.time.Duration;
import java.util.Optional;

/**
 * For what a read waits (Consul: blocking queries).
 *
 * @param index that the client has; 0: it does not wait for another
 * @param hash that the client has; empty: it does not wait for another
 * @param patience after which it is answered though nothing has changed
 */
record Wait(long index, String hash, Duration patience) {
    static final Duration STANDARD = Duration.ofMinutes(5);
    static final Duration MOST = Duration.ofMinutes(10);
    private static final Wait NONE = new Wait(0, "", Duration.ZERO);

    /**
     * As a request says.
     *
     * @throws Refusal if it cannot be understood
     */
    static Wait of(Request request) throws Refusal {
        Duration patience = patience(request.parameter("wait"));
        Optional<String> index = request.parameter("index").filter(text -> !text.isEmpty());
        if (index.isEmpty()) {
            String hash = request.parameter("hash").orElse("");
            return hash.isEmpty() ? NONE : new Wait(0, hash, patience);
        }
        try {
            long asked = Long.parseUnsignedLong(index.get());
            return new Wait(asked < 0 ? Long.MAX_VALUE : asked, "", patience);
        } catch (NumberFormatException malformed) {
            throw Refusal.bad("Invalid index");
        }
    }

    /** Whether what was found is not what the client has. */
    boolean isOver(Found found) {
        boolean byIndex = index > 0 && found.index() > 0;
        boolean byHash = !hash.isEmpty() && !found.hash().isEmpty();
        return byIndex ? found.index() > index : !byHash || !found.hash().equals(hash);
    }

    private static Duration patience(Optional<String> text) throws Refusal {
        if (text.isEmpty() || text.get().isEmpty()) {
            return STANDARD;
        }
        if (GoDuration.parse(text.get()) instanceof GoDuration.Is is) {
            Duration asked = is.duration();
            return asked.isZero() || asked.isNegative()
                    ? STANDARD
                    : asked.compareTo(MOST) > 0 ? MOST : asked;
        }
        throw Refusal.bad("Invalid wait time");
    }
}
