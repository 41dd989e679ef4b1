package dev.millrace.registry.check.probe;

/**
 * Who is asked.
 *
 * @param host a name, or an address without brackets
 * @param port 0 to 65535
 */
record Peer(String host, int port) {
    private static final int PORT_MAX = 65_535;

    /** What an address says. */
    sealed interface Parsed {}

    /** It names a peer. */
    record Named(Peer peer) implements Parsed {}

    /**
     * It names none.
     *
     * @param reason in Go's words
     */
    record Malformed(String reason) implements Parsed {}

    /** As in {@code host:port} or {@code [address]:port}. */
    static Parsed parse(String address) {
        int colon = address.lastIndexOf(':');
        if (colon < 0 || address.endsWith("]")) {
            return new Malformed("address " + address + ": missing port in address");
        }
        String host = address.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            return new Malformed("address " + address + ": too many colons in address");
        }
        int port = port(address.substring(colon + 1));
        return port < 0
                ? new Malformed("address " + address + ": invalid port")
                : new Named(new Peer(host, port));
    }

    private static int port(String text) {
        boolean digits = text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits || text.isEmpty() || text.length() > 5) {
            return -1;
        }
        int port = Integer.parseInt(text);
        return port > PORT_MAX ? -1 : port;
    }

    /** As in {@link #parse}. */
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
