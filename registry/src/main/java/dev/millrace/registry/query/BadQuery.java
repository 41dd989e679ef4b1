package dev.millrace.registry.query;

import java.io.Serial;

/** A query cannot be run; the message says why, as Consul does. */
public final class BadQuery extends Exception {
    @Serial private static final long serialVersionUID = 1;

    public BadQuery(String why) {
        super(why, null, false, false);
    }

    public String why() {
        return String.valueOf(getMessage());
    }
}
