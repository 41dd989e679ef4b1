package dev.millrace.bench.transaction;

import dev.millrace.bench.kv.Comparison;
import dev.millrace.bench.report.Target;

import java.util.List;

/** All rows of transactions across rooms, with their targets. */
public final class TransactionRows {
    private static final Target CPU = new Target.RatioAtMost(1.1);

    private TransactionRows() {}

    /** In the order in which they run. */
    public static List<Comparison> all() {
        return List.of(
                new TransactionRow("transaction-1c", 1, CPU, new Target.AtMost(1)),
                new TransactionRow("transaction-50c", 50, CPU, new Target.AtMost(1)));
    }
}
