package dev.millrace.registry.check.probe;

/**
 * Whose health a gRPC check asks for.
 *
 * @param service empty: that of the whole server
 */
record HealthTarget(Peer peer, String service) {
    /** The part of {@code host:port/service} before the slash. */
    static String address(String target) {
        int slash = target.indexOf('/');
        return slash < 0 ? target : target.substring(0, slash);
    }

    /** The part after it. */
    static String service(String target) {
        int slash = target.indexOf('/');
        return slash < 0 ? "" : target.substring(slash + 1);
    }
}
