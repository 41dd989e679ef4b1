package dev.millrace.bench.queue;

import dev.millrace.bench.kv.Comparison;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.report.Target.AtMost;
import dev.millrace.bench.report.Target.RatioAtLeast;
import dev.millrace.bench.report.Target.RatioAtMost;

import java.util.ArrayList;
import java.util.List;

/** All rows of the queue, with their targets. */
public final class QueueRows {
    private static final String ALWAYS = "always";
    private static final String OS = "os";
    private static final Target OPEN = new Target.Open();
    private static final Target CPU = new RatioAtMost(0.2);
    private static final Target THROUGHPUT = new RatioAtLeast(1.0);
    private static final Target LATENCY = new RatioAtMost(1.0);
    private static final Target READY_BYTES = new AtMost(60);
    private static final int MILLION = 1_000_000;

    private QueueRows() {}

    /** In the order in which they run. */
    public static List<Comparison> all() {
        List<Comparison> rows = new ArrayList<>();
        for (int pairs : List.of(1, 8)) {
            for (int batch : List.of(1, 100)) {
                for (int bytes : List.of(100, 1024)) {
                    rows.add(amqp(pairs, bytes, batch, ALWAYS, CPU));
                    rows.add(nats(pairs, bytes, batch, OS, THROUGHPUT));
                    rows.add(nats(pairs, bytes, batch, ALWAYS, OPEN));
                }
            }
        }
        rows.add(amqp(8, 100, 100, OS, CPU));
        rows.add(new LatencyRow("amqp-latency-always", Sides.RABBITMQ, ALWAYS, LATENCY));
        rows.add(new LatencyRow("nats-latency-os", Sides.NATS, OS, LATENCY));
        rows.add(new LatencyRow("nats-latency-always", Sides.NATS, ALWAYS, OPEN));
        rows.add(new ReadyRow("amqp-ready", Sides.RABBITMQ, MILLION, READY_BYTES));
        rows.add(new ReadyRow("nats-ready", Sides.NATS, MILLION, READY_BYTES));
        rows.add(new BacklogRow("backlog-2m", Broker.Protocol.AMQP, 2 * MILLION, false));
        rows.add(new BacklogRow("backlog-2m-killed", Broker.Protocol.AMQP, 2 * MILLION, true));
        rows.add(new BacklogRow("backlog-20m", Broker.Protocol.AMQP, 20 * MILLION, false));
        rows.add(new BacklogRow("backlog-20m-killed", Broker.Protocol.AMQP, 20 * MILLION, true));
        return List.copyOf(rows);
    }

    private static String name(String kind, int pairs, int bytes, int batch, String sync) {
        String size = bytes == 1024 ? "1k" : bytes + "b";
        return "%s-%dx-%s-by%d-%s".formatted(kind, pairs, size, batch, sync);
    }

    private static Comparison amqp(int pairs, int bytes, int batch, String sync, Target cpu) {
        return new ThroughputRow(
                name("amqp", pairs, bytes, batch, sync),
                new AmqpLoad(pairs, bytes, batch),
                Sides.RABBITMQ,
                sync,
                cpu,
                OPEN);
    }

    private static Comparison nats(int pairs, int bytes, int batch, String sync, Target rate) {
        return new ThroughputRow(
                name("nats", pairs, bytes, batch, sync),
                new WireLoad(pairs, bytes, batch),
                Sides.NATS,
                sync,
                OPEN,
                rate);
    }
}
