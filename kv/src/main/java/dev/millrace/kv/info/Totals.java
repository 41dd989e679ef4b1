package dev.millrace.kv.info;

import dev.millrace.kv.command.Command;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Latencies;
import dev.millrace.kv.session.Stats;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.ToLongFunction;

/** Counters of all lanes together, a little stale. */
public final class Totals {
    private final List<Stats> lanes;

    public Totals(KvServer server) {
        this.lanes = server.lanes().stream().map(Lane::stats).toList();
    }

    long sum(ToLongFunction<Stats> counter) {
        return lanes.stream().mapToLong(counter).sum();
    }

    /** How long the calls of a command took; of none there is nothing in it. */
    public Latencies latencies(Command command) {
        Latencies sum = new Latencies();
        for (Stats stats : lanes) {
            Latencies own = stats.latencies(command);
            if (own != null) {
                sum.add(own);
            }
        }
        return sum;
    }

    void eachError(BiConsumer<String, Long> action) {
        TreeMap<String, Long> sums = new TreeMap<>();
        for (Stats stats : lanes) {
            stats.errorsByCode().forEach((code, count) -> sums.merge(code, count, Long::sum));
        }
        sums.forEach(action);
    }

    /** Every command, and after each its subcommands. */
    public static List<Command> commands(KvServer server) {
        List<Command> all = new ArrayList<>();
        for (Command command : server.commands().all()) {
            all.add(command);
            all.addAll(command.subcommands());
        }
        return all;
    }
}
