package dev.millrace.kv.server;

import dev.millrace.kv.command.Command;
import dev.millrace.kv.connection.Connections;
import dev.millrace.kv.generic.Databases;
import dev.millrace.kv.generic.Existence;
import dev.millrace.kv.string.Counters;
import dev.millrace.kv.string.Set;
import dev.millrace.kv.string.Strings;
import dev.millrace.kv.transaction.Transactions;
import java.util.List;
import java.util.stream.Stream;

/** Every command there is: one line per family. */
public final class Commands {
    private Commands() {}

    public static List<Command> all() {
        return Stream.of(
                        Connections.all(),
                        Existence.all(),
                        Databases.all(),
                        Strings.all(),
                        Set.all(),
                        Counters.all(),
                        Transactions.all())
                .flatMap(List::stream)
                .toList();
    }
}
