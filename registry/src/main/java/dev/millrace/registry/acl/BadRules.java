package dev.millrace.registry.acl;

import java.io.Serial;

/** A policy's rules are none; the message says why, as Consul does. */
public final class BadRules extends Exception {
    @Serial private static final long serialVersionUID = 1;

    public BadRules(String why) {
        super(why, null, false, false);
    }

    public String why() {
        return String.valueOf(getMessage());
    }
}
