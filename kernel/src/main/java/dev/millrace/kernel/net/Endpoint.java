package dev.millrace.kernel.net;

import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.guard.GuardPolicy;

import java.util.List;

/**
 * What a room wants to listen on.
 *
 * @param protocol for people, as in {@code Redis RESP}
 * @param place where
 * @param guard how the guard treats its connections
 * @param authenticated whether a stranger who connects can do nothing without credentials; if not,
 *     it may not leave the loopback interface unless the operator says {@code --insecure}
 * @param tls whether it speaks TLS, with the certificate of {@code net.tls.*}
 * @param applications what TLS agrees on with clients that ask for it by ALPN (RFC 7301), as {@code
 *     h2}; none: it agrees on nothing
 */
public record Endpoint(
        String protocol,
        Place place,
        GuardPolicy guard,
        boolean authenticated,
        boolean tls,
        List<String> applications) {
    public Endpoint {
        applications = List.copyOf(applications);
    }

    /** Where to listen; named by the setting that moves it. */
    public sealed interface Place {
        /** The setting's key. */
        String key();
    }

    /** A TCP port on the address that {@code net.bind} names. */
    public record Tcp(Setting<Integer> port) implements Place {
        @Override
        public String key() {
            return port.key();
        }
    }

    /** A Unix domain socket; the setting's text is its path. */
    public record Unix(Setting<String> path) implements Place {
        @Override
        public String key() {
            return path.key();
        }
    }

    /** A plain, unauthenticated TCP endpoint. */
    public static Endpoint tcp(String protocol, Setting<Integer> port, GuardPolicy guard) {
        return new Endpoint(protocol, new Tcp(port), guard, false, false, List.of());
    }

    /** A Unix domain socket. */
    public static Endpoint unix(String protocol, Setting<String> path, GuardPolicy guard) {
        return new Endpoint(protocol, new Unix(path), guard, false, false, List.of());
    }

    /** The same, where a stranger can (or cannot) do nothing. */
    public Endpoint authenticated(boolean needed) {
        return new Endpoint(protocol, place, guard, needed, tls, applications);
    }

    /** The same, with or without TLS. */
    public Endpoint tls(boolean wanted) {
        return new Endpoint(protocol, place, guard, authenticated, wanted, applications);
    }

    /** The same, where TLS agrees on one of these. */
    public Endpoint agreeing(String... names) {
        return new Endpoint(protocol, place, guard, authenticated, tls, List.of(names));
    }
}
