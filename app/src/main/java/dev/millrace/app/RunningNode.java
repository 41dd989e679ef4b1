package dev.millrace.app;

import dev.millrace.kernel.admin.AdminRoom;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;

/**
 * The node that a command asks something of, by its admin port.
 *
 * @param address {@code HOST:PORT}
 */
record RunningNode(String address) {
    /** What a command takes that asks one. */
    static final List<Option> OPTIONS =
            List.of(
                    new Option("--port-offset", "N", "as the node was given"),
                    new Option("--node", "HOST:PORT", "the node's admin.http.port"));

    private static final Duration CONNECT = Duration.ofSeconds(5);

    /** The one that a command line names, or the one with the default port. */
    static RunningNode of(Arguments arguments) throws Failed {
        int port = AdminRoom.PORT.standard() + arguments.number("--port-offset", 0);
        String node = arguments.last("--node").orElse("127.0.0.1:" + port);
        if (!node.matches("([^/@?#:]+|\\[[0-9a-fA-F:.]+]):[0-9]{1,5}")) {
            throw new Failed(Exit.USAGE, "--node: " + node + " (expected: HOST:PORT)");
        }
        return new RunningNode(node);
    }

    /** To be closed by the caller. */
    static HttpClient client() {
        return HttpClient.newBuilder().connectTimeout(CONNECT).build();
    }

    /** Of a path with its query. */
    URI uri(String path) {
        return URI.create("http://" + address + path);
    }

    /** To be thrown: nobody answers there. */
    Failed absent() {
        return new Failed(
                Exit.UNAVAILABLE,
                address
                        + ": no node answers there (expected: a running node's"
                        + " admin.http.port, by --port-offset or --node)");
    }
}
