package dev.millrace.events;

import dev.millrace.events.log.Event;
import dev.millrace.events.subscription.Outlet;
import dev.millrace.kernel.memory.Memory;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A consumer that keeps what it is sent. */
final class FakeConsumer implements Outlet {
    /**
     * What came.
     *
     * @param id by which it is acknowledged
     * @param link what the link says that led to the event; empty: none did
     * @param data the event's, empty if there is none
     */
    record Came(UUID id, String stream, long revision, String link, String data, int retries) {}

    private final SubscriptionsNode node;
    private final List<Came> came = new ArrayList<>();
    private boolean writable = true;
    private boolean dropped;

    FakeConsumer(SubscriptionsNode node) {
        this.node = node;
    }

    @Override
    public boolean isWritable() {
        return writable;
    }

    void writable(boolean isWritable) {
        writable = isWritable;
    }

    boolean isDropped() {
        return dropped;
    }

    /** What has come since the last call. */
    List<Came> take() {
        List<Came> all = List.copyOf(came);
        came.clear();
        return all;
    }

    private static String text(long address, int bytes) {
        return new String(Memory.bytes(address, bytes), StandardCharsets.UTF_8);
    }

    private static String data(long event) {
        return event == 0 ? "" : text(Event.data(event), Event.dataBytes(event));
    }

    @Override
    public void deliver(long event, long link, int retries) {
        long original = link == 0 ? event : link;
        came.add(
                new Came(
                        new UUID(Event.idHigh(original), Event.idLow(original)),
                        node.node().state().streams().name(Event.stream(original)),
                        Event.revision(original),
                        data(link),
                        data(event),
                        retries));
    }

    @Override
    public void flush() {
        // It is there already.
    }

    @Override
    public void dropped() {
        dropped = true;
    }
}
