package dev.millrace.kv.sortedset;

import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Keys;

/** What the declarations of all commands of sorted sets begin with. */
final class Declarations {
    private Declarations() {}

    static Command.Builder sortedSet(String name, String since, int arity) {
        return Command.named(name)
                .since(since)
                .group("sorted-set")
                .arity(arity)
                .keys(Keys.one())
                .categories("sortedset");
    }
}
