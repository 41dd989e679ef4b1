package dev.millrace.registry.check.probe;

import io.netty.util.NetUtil;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * The addresses of host names. The system's resolver blocks, so it is asked on other threads, once
 * for all who want the same name; what it says is kept for some seconds, because thousands of
 * checks ask for few names. Addresses are not looked up at all.
 *
 * <p>On one loop's thread.
 */
final class HostNames {
    private static final int NAMES_MAX = 10_000;
    private static final long KEPT_NANOS = 5_000_000_000L;

    /** Looks names up; blocks. */
    @FunctionalInterface
    interface Lookup {
        InetAddress[] addresses(String name) throws UnknownHostException;
    }

    private static final class Entry {
        private final List<Consumer<List<InetAddress>>> waiting = new ArrayList<>();
        private Optional<List<InetAddress>> addresses = Optional.empty();
        private long knownNanos;
    }

    private final Map<String, Entry> entries = new HashMap<>();
    private final Executor loop;
    private final Executor blocking;
    private final Lookup lookup;

    HostNames(Executor loop, Executor blocking, Lookup lookup) {
        this.loop = loop;
        this.blocking = blocking;
        this.lookup = lookup;
    }

    /**
     * Gives the addresses of a host, at once or later; none if it is not known.
     *
     * @param host a name or an address; empty: this machine
     */
    void resolve(String host, Consumer<List<InetAddress>> found) {
        if (host.isEmpty()) {
            found.accept(List.of(InetAddress.getLoopbackAddress()));
            return;
        }
        byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
        if (address != null) {
            found.accept(List.of(literal(address)));
        } else {
            look(host, found);
        }
    }

    private static InetAddress literal(byte[] address) {
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException impossible) {
            throw new IllegalArgumentException(impossible);
        }
    }

    private void look(String name, Consumer<List<InetAddress>> found) {
        Entry entry = entries.get(name);
        if (entry == null || isOld(entry)) {
            entry = new Entry();
            makeRoom();
            entries.put(name, entry);
            begin(name, entry);
        }
        if (entry.addresses.isPresent()) {
            found.accept(entry.addresses.get());
        } else {
            entry.waiting.add(found);
        }
    }

    private static boolean isOld(Entry entry) {
        return entry.addresses.isPresent() && System.nanoTime() - entry.knownNanos > KEPT_NANOS;
    }

    /** Those who wait for an entry that is thrown out are told none the less. */
    private void makeRoom() {
        if (entries.size() >= NAMES_MAX) {
            entries.clear();
        }
    }

    private void begin(String name, Entry entry) {
        try {
            blocking.execute(
                    () -> {
                        List<InetAddress> addresses = addresses(name);
                        loop.execute(() -> known(entry, addresses));
                    });
        } catch (RejectedExecutionException tooManyOrClosed) {
            known(entry, List.of());
        }
    }

    private List<InetAddress> addresses(String name) {
        try {
            return List.of(lookup.addresses(name));
        } catch (UnknownHostException unknown) {
            return List.of();
        }
    }

    private static void known(Entry entry, List<InetAddress> addresses) {
        entry.addresses = Optional.of(addresses);
        entry.knownNanos = System.nanoTime();
        List<Consumer<List<InetAddress>>> waiting = List.copyOf(entry.waiting);
        entry.waiting.clear();
        waiting.forEach(each -> each.accept(addresses));
    }
}
