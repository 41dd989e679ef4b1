package dev.millrace.kv.catalog;

import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** ACL categories: those a command declares, and those that follow from its flags. */
public final class Categories {
    /** All there are, in Redis's order. */
    public static final List<String> ALL =
            List.of(
                    "keyspace",
                    "read",
                    "write",
                    "set",
                    "sortedset",
                    "list",
                    "hash",
                    "string",
                    "bitmap",
                    "hyperloglog",
                    "geo",
                    "stream",
                    "pubsub",
                    "admin",
                    "fast",
                    "slow",
                    "blocking",
                    "dangerous",
                    "connection",
                    "transaction",
                    "scripting");

    private Categories() {}

    public static Set<String> of(Command command) {
        Set<String> has = new LinkedHashSet<>(command.categories());
        boolean script = has.contains("scripting");
        add(has, "write", command.isWrite());
        add(has, "read", command.has(Flag.READONLY) && !script);
        add(has, "admin", command.has(Flag.ADMIN));
        add(has, "dangerous", command.has(Flag.ADMIN));
        add(has, "pubsub", command.has(Flag.PUBSUB));
        add(has, "blocking", command.has(Flag.BLOCKING));
        add(has, command.has(Flag.FAST) ? "fast" : "slow", true);
        Set<String> ordered = new LinkedHashSet<>(ALL);
        ordered.retainAll(has);
        return ordered;
    }

    private static void add(Set<String> has, String category, boolean is) {
        if (is) {
            has.add(category);
        }
    }
}
