package dev.millrace.events.api;

import dev.millrace.events.grpc.Method;
import dev.millrace.events.wire.MessageWriter;

import java.net.InetSocketAddress;
import java.util.UUID;
import java.util.function.LongSupplier;

/** The service Gossip of gossip.proto: a cluster of this one node, which leads it. */
final class Gossip {
    private static final String SERVICE = "event_store.client.gossip.Gossip";
    private static final int LEADER = 8;
    private static final long TICKS_PER_MILLI = 10_000;

    private Gossip() {}

    static Method method(LongSupplier nowMillis) {
        UUID instance = UUID.randomUUID();
        return new Method(
                SERVICE,
                "Read",
                call ->
                        new Answering(
                                call,
                                out -> put(instance, call.local(), nowMillis.getAsLong(), out)));
    }

    private static void put(
            UUID instance, InetSocketAddress here, long nowMillis, MessageWriter out) {
        int member = out.begin(1);
        EventForm.putId(
                out,
                1,
                instance.getMostSignificantBits(),
                instance.getLeastSignificantBits(),
                false);
        out.number(2, nowMillis * TICKS_PER_MILLI);
        out.number(3, LEADER);
        out.flag(4, true);
        int endPoint = out.begin(5);
        out.text(1, here.getAddress().getHostAddress());
        out.number(2, here.getPort());
        out.end(endPoint);
        out.end(member);
    }
}
