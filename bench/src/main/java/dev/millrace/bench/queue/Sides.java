package dev.millrace.bench.queue;

import dev.millrace.bench.kv.Bench;
import dev.millrace.bench.server.Contestant;

import java.util.ArrayList;
import java.util.List;

/**
 * Who is compared in what.
 *
 * @param protocol what Millrace is spoken to in
 */
record Sides(Broker.Protocol protocol, Broker peer) {
    static final Sides RABBITMQ = new Sides(Broker.Protocol.AMQP, new Broker.RabbitMq());
    static final Sides NATS = new Sides(Broker.Protocol.NSQ, new Broker.Nats());

    /** True for Millrace: the rows say nothing of anybody else. */
    static boolean suit(Contestant subject) {
        return subject instanceof dev.millrace.bench.server.Millrace;
    }

    /** The build under test, with further settings. */
    Broker millrace(Bench bench, String... settings) {
        if (!(bench.subject() instanceof dev.millrace.bench.server.Millrace built)) {
            throw new IllegalStateException(bench.subject().name() + " (expected: Millrace)");
        }
        List<String> all = new ArrayList<>(List.of(settings));
        all.addAll(built.settings());
        return new Broker.Millrace(built.script(), protocol, all);
    }
}
