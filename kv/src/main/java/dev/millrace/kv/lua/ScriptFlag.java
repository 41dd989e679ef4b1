package dev.millrace.kv.lua;

import java.util.Optional;

/** What a script or a function says of itself, in Redis's order. */
public enum ScriptFlag {
    /** It changes nothing. */
    NO_WRITES("no-writes"),
    /** It may run when there is no memory left. */
    ALLOW_OOM("allow-oom"),
    /** It may run on a replica that has lost its master. */
    ALLOW_STALE("allow-stale"),
    /** It must not run in a cluster. */
    NO_CLUSTER("no-cluster"),
    /** It may use keys of several hash slots. */
    ALLOW_CROSS_SLOT_KEYS("allow-cross-slot-keys");

    private final String text;

    ScriptFlag(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    /** The flag of this name, as it is written. */
    public static Optional<ScriptFlag> named(String name) {
        for (ScriptFlag flag : values()) {
            if (flag.text.equals(name)) {
                return Optional.of(flag);
            }
        }
        return Optional.empty();
    }
}
