package dev.millrace.events.subscription;

import dev.millrace.events.group.Group;
import dev.millrace.events.log.AllCursor;
import dev.millrace.events.log.Cursor;
import dev.millrace.events.log.Event;
import dev.millrace.events.read.Filter;
import dev.millrace.events.state.State;
import dev.millrace.events.stream.StreamTable;
import dev.millrace.kernel.memory.Memory;

import java.nio.charset.StandardCharsets;

/**
 * {@code $all}, filtered; places are positions. What subscriptions to {@code $all} have parked is
 * not among it, for what is parked would come again and again.
 */
final class AllSource implements Source {
    private static final byte[] OWN =
            "$persistentsubscription-$all::".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PARKED = "-parked".getBytes(StandardCharsets.US_ASCII);

    private final Host host;
    private final Filter filter;
    private final AllCursor cursor;

    /**
     * @param from the first position that is wanted
     * @param ready run, on another thread, when what it waited for is there
     */
    AllSource(Host host, Filter filter, long from, Runnable ready) {
        this.host = host;
        this.filter = filter;
        this.cursor = state().log().readAll(Math.max(1, from), true, ready);
    }

    private State state() {
        return host.store().state();
    }

    @Override
    public Cursor.Step read(Taker taker) {
        return cursor.read(
                host.visible(),
                event ->
                        isWanted(event)
                                ? taker.take(Event.position(event), event)
                                : taker.pass(Event.position(event)));
    }

    private boolean isWanted(long event) {
        StreamTable streams = state().streams();
        return filter.takes(streams, event) && !isParked(streams, Event.stream(event));
    }

    private static boolean isParked(StreamTable streams, int stream) {
        long name = streams.nameAddress(stream);
        int bytes = streams.nameBytes(stream);
        return bytes >= OWN.length + PARKED.length
                && is(name, OWN)
                && is(name + bytes - PARKED.length, PARKED);
    }

    private static boolean is(long address, byte[] text) {
        for (int i = 0; i < text.length; i++) {
            if (Memory.getByte(address + i) != text[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public long last() {
        return host.visible() == 0 ? Group.NONE : host.visible();
    }

    @Override
    public boolean isGone() {
        return false;
    }

    @Override
    public void close() {
        cursor.close();
    }
}
