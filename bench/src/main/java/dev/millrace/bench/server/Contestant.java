package dev.millrace.bench.server;

import java.util.List;

/** A server that can be started: its name and its command line. */
public sealed interface Contestant permits Redis, Millrace {
    /** As the table's head says it. */
    String name();

    /**
     * The command line that serves RESP on a port of 127.0.0.1, in the foreground.
     *
     * @param data the data directory; a word, so that a placeholder can stand for it
     * @param port the port; a word for the same reason
     */
    List<String> command(String data, String port, Durability durability);

    /** The command line as it is published: without this machine's paths. */
    default String template(Durability durability) {
        return String.join(" ", command("DIR", "PORT", durability));
    }
}
