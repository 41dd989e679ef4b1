package dev.millrace.bench.queue;

import dev.millrace.bench.kv.Comparison;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.report.Target.RatioAtMost;

import java.util.ArrayList;
import java.util.List;

/** All rows of the queue, with their targets. */
public final class QueueRows {
    private static final Target CPU = new RatioAtMost(0.2);

    private QueueRows() {}

    /** In the order in which they run. */
    public static List<Comparison> all() {
        List<Comparison> rows = new ArrayList<>();
        for (int pairs : List.of(1, 8)) {
            for (int batch : List.of(1, 100)) {
                rows.add(row(pairs, 100, batch, "always"));
                rows.add(row(pairs, 1024, batch, "always"));
            }
        }
        rows.add(row(8, 100, 100, "os"));
        return List.copyOf(rows);
    }

    private static AmqpRow row(int pairs, int bytes, int batch, String sync) {
        String size = bytes == 1024 ? "1k" : bytes + "b";
        String name = "amqp-%dx-%s-by%d-%s".formatted(pairs, size, batch, sync);
        return new AmqpRow(name, new AmqpLoad(pairs, bytes, batch), sync, CPU);
    }
}
