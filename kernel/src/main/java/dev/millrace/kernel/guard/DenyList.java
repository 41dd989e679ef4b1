package dev.millrace.kernel.guard;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Addresses that may not connect for a while. Any thread may ask and tell. */
public final class DenyList {
    /** When it is full, what has expired goes; if nothing has, the newcomer is not listed. */
    static final int ADDRESSES_MAX = 100_000;

    private final Map<InetAddress, Long> untilNanos = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;

    /** An empty list, on a clock that only its differences matter of. */
    public DenyList(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Denies an address from now on, for so long; a later call replaces an earlier one. */
    public void deny(InetAddress address, Duration duration) {
        if (untilNanos.size() >= ADDRESSES_MAX) {
            dropExpired();
        }
        if (untilNanos.size() < ADDRESSES_MAX) {
            untilNanos.put(address, nanoTime.getAsLong() + duration.toNanos());
        }
    }

    /** Lets an address in again. */
    public void allow(InetAddress address) {
        untilNanos.remove(address);
    }

    /** Whether an address is denied now. */
    public boolean denies(InetAddress address) {
        Long until = untilNanos.get(address);
        if (until == null) {
            return false;
        }
        boolean expired = until - nanoTime.getAsLong() <= 0;
        if (expired) {
            untilNanos.remove(address, until);
        }
        return !expired;
    }

    /** How many addresses are listed, the expired among them if nobody asked since. */
    public int size() {
        return untilNanos.size();
    }

    private void dropExpired() {
        long now = nanoTime.getAsLong();
        untilNanos.values().removeIf(until -> until - now <= 0);
    }
}
