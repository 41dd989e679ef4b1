package dev.millrace.registry.check;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is asked of whom. Targets are as they were registered: a bad one makes a check critical. */
public sealed interface CheckKind {
    /** As the protocol names it; empty if it has no name there. */
    String type();

    /** Whether somebody is asked at each interval. */
    default boolean asks() {
        return true;
    }

    /**
     * How TLS is spoken.
     *
     * @param serverName whose certificate is expected; empty: that of the host that is asked
     * @param skipVerify any certificate will do
     */
    record Tls(String serverName, boolean skipVerify) {
        /** Of the host that is asked, and verified. */
        public static final Tls VERIFIED = new Tls("", false);
    }

    /**
     * An HTTP/1.1 request. 2xx passes, 429 warns.
     *
     * @param url http or https, absolute
     * @param headers replace those that are sent anyway
     * @param tls for an https URL
     * @param redirects whether redirects are followed
     */
    record Http(
            String url,
            String method,
            Map<String, List<String>> headers,
            String body,
            Tls tls,
            boolean redirects)
            implements CheckKind {
        public Http {
            Map<String, List<String>> copy = new LinkedHashMap<>();
            headers.forEach((name, values) -> copy.put(name, List.copyOf(values)));
            headers = Collections.unmodifiableMap(copy);
        }

        @Override
        public String type() {
            return "http";
        }
    }

    /**
     * A connection that is made and closed again.
     *
     * @param address {@code host:port}
     * @param tls if given, the handshake must succeed, too
     */
    record Tcp(String address, Optional<Tls> tls) implements CheckKind {
        @Override
        public String type() {
            return "tcp";
        }
    }

    /**
     * A datagram. Passes unless it is refused.
     *
     * @param address {@code host:port}
     */
    record Udp(String address) implements CheckKind {
        @Override
        public String type() {
            return "udp";
        }
    }

    /**
     * A call of grpc.health.v1.Health/Check. Passes if the answer is SERVING.
     *
     * @param target {@code host:port} or {@code host:port/service}
     * @param tls plain HTTP/2 with prior knowledge if empty
     */
    record Grpc(String target, Optional<Tls> tls) implements CheckKind {
        @Override
        public String type() {
            return "grpc";
        }
    }

    /**
     * A PING frame of HTTP/2.
     *
     * @param address {@code host:port}
     * @param tls plain HTTP/2 with prior knowledge if empty
     */
    record H2ping(String address, Optional<Tls> tls) implements CheckKind {
        @Override
        public String type() {
            return "h2ping";
        }
    }

    /** A process of this machine. Passes while it lives. */
    record LocalProcess(long pid) implements CheckKind {
        @Override
        public String type() {
            return "process";
        }
    }

    /**
     * Somebody reports; critical if nobody has for so long.
     *
     * @param nanos how long a report holds
     */
    record Ttl(long nanos) implements CheckKind {
        @Override
        public String type() {
            return "ttl";
        }

        @Override
        public boolean asks() {
            return false;
        }
    }

    /**
     * As the worst check of a service, or of a node alone.
     *
     * @param node empty: the node of the check itself
     * @param service an instance's id; empty: the checks that belong to the node and to no service
     */
    record Alias(String node, String service) implements CheckKind {
        @Override
        public String type() {
            return "alias";
        }

        @Override
        public boolean asks() {
            return false;
        }
    }

    /** Nobody is asked from here: whoever registered it sets its status. */
    record None() implements CheckKind {
        @Override
        public String type() {
            return "";
        }

        @Override
        public boolean asks() {
            return false;
        }
    }
}
