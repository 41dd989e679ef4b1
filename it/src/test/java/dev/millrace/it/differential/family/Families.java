package dev.millrace.it.differential.family;

import dev.millrace.it.differential.Comparison;
import dev.millrace.it.differential.Family;
import dev.millrace.it.differential.Step;

import java.util.ArrayList;
import java.util.List;

/** The families there are; a new one gets its line here. */
public final class Families {
    /** The databases that families draw. */
    private static final List<Integer> DATABASES = List.of(0, 1, 2, 15);

    private Families() {}

    /** Families about keys, which may be mixed in one sequence. */
    public static List<Family> mixable() {
        return List.of(
                Generic.FAMILY,
                Strings.FAMILY,
                Bitmaps.FAMILY,
                Lists.FAMILY,
                SortedSets.FAMILY,
                Geo.FAMILY,
                Hashes.FAMILY,
                Sets.FAMILY,
                HyperLogLogs.FAMILY,
                Streams.FAMILY,
                Transactions.FAMILY);
    }

    /** Every family. */
    public static List<Family> all() {
        List<Family> all = new ArrayList<>(mixable());
        all.add(Sorting.FAMILY);
        all.add(Connections.FAMILY);
        all.add(PubSub.FAMILY);
        all.add(Notifications.FAMILY);
        return all;
    }

    /** Steps that show all that a sequence left behind. */
    public static List<Step> finalState() {
        List<Step> steps = new ArrayList<>();
        // A third connection is one on which no sequence leaves a transaction open.
        int connection = Step.CONNECTIONS - 1;
        for (int database : DATABASES) {
            steps.add(call(connection, Comparison.EXACT, "SELECT", "" + database));
            // It counts keys whose time has come until somebody deletes them; KEYS does not.
            steps.add(call(connection, Comparison.SAME_KIND, "DBSIZE"));
            steps.add(call(connection, Comparison.UNORDERED, "KEYS", "*"));
        }
        steps.add(call(connection, Comparison.EXACT, "SELECT", "0"));
        for (String key : List.of("a", "b", "c", "{t}1", "{t}2", "{t}3", "")) {
            steps.add(call(connection, Comparison.EXACT, "TYPE", key));
            steps.add(call(connection, Comparison.EXACT, "GET", key));
            steps.add(call(connection, Comparison.EXACT, "LRANGE", key, "0", "-1"));
            steps.add(call(connection, Comparison.EXACT, "ZRANGE", key, "0", "-1", "WITHSCORES"));
            steps.add(call(connection, Comparison.PAIRS, "HGETALL", key));
            steps.add(
                    call(
                            connection,
                            Comparison.TIMED,
                            "XINFO",
                            "STREAM",
                            key,
                            "FULL",
                            "COUNT",
                            "0"));
            steps.add(call(connection, Comparison.UNORDERED, "SMEMBERS", key));
            steps.add(call(connection, Comparison.MILLIS, "PEXPIRETIME", key));
            steps.add(call(connection, Comparison.ENCODING, "OBJECT", "ENCODING", key));
            steps.add(call(connection, Comparison.DUMPED, "DUMP", key));
        }
        return steps;
    }

    private static Step call(int connection, Comparison comparison, String... words) {
        return new Step.Call(connection, List.of(words), comparison);
    }
}
