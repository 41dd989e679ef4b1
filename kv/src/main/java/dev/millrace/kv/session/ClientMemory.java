package dev.millrace.kv.session;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;

/**
 * How much memory all clients may take together ({@code maxmemory-clients}): beyond it those that
 * take most are dropped. Each lane counts what a client takes after each of its batches; when the
 * sum is too large all are looked at. From any thread.
 *
 * <p>Against {@code maxmemory} counts what their buffers hold, as with Redis: so keys go, or writes
 * are refused, while somebody reads nothing of what he has asked for, unless there is a limit to
 * clients as well. What a client is beside its buffers is on the heap, which has limits of its own;
 * what servers that follow are sent does not count, or each deletion would cause the next.
 */
public final class ClientMemory {
    /** A lower limit would leave nobody to raise it, as Redis has it. */
    private static final long LIMIT_BYTES_LEAST = 128 * 1024;

    private static final int PERCENT = 100;

    /**
     * What is unread for less than this is on its way, and does not count against maxmemory: else
     * one eviction of which many are told would cause the next.
     */
    private static final long ON_ITS_WAY_NANOS = 10_000_000;

    /** Buffers are summed up again when so many times as long is over as that took. */
    private static final int PAUSE_SUMS = 100;

    private final KvServer server;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong evicted = new AtomicLong();

    /** As CONFIG has it: bytes, or so many percent of maxmemory. */
    private volatile String wanted = "0";

    private volatile long limitBytes;

    /** What {@link #lastingBytes} came to last, and until when that is good. */
    private volatile long lastingBytes;

    private volatile long goodUntilNanos = System.nanoTime();

    /** One lane at a time sums up; to it belong the fields that follow. */
    private final AtomicBoolean summing = new AtomicBoolean();

    /** What was unread when it was kept last, and when that was. */
    private long unreadAt;

    private long unreadAtNanos = goodUntilNanos;

    /** What was unread when it was kept before: at least {@link #ON_ITS_WAY_NANOS} ago. */
    private long unreadBefore;

    ClientMemory(KvServer server) {
        this.server = server;
    }

    /**
     * Sets the limit, as CONFIG has it. Those that are beyond it are dropped before that is
     * answered: they may do nothing more for which they would be counted.
     */
    public void limit(String text) {
        wanted = text;
        configured();
        if (limitBytes > 0) {
            countAll();
            evict();
        }
    }

    /** While there is no limit nobody is counted. */
    private void countAll() {
        for (Session session : server.sessions()) {
            Lane lane = session.lane();
            if (lane.loop().isCurrent()) {
                count(session);
            } else {
                lane.tell(() -> count(session));
            }
        }
    }

    public String limit() {
        return wanted;
    }

    /** The limit may follow from what has changed. */
    void configured() {
        limitBytes = limitBytes();
    }

    private long limitBytes() {
        String text = wanted;
        long limit;
        if (text.endsWith("%")) {
            long percent = Long.parseLong(text.substring(0, text.length() - 1));
            long whole = server.config().get(Config.Quantity.MAXMEMORY_BYTES);
            limit = (long) ((double) whole * percent / PERCENT);
        } else {
            limit = Long.parseLong(text);
        }
        return limit == 0 ? 0 : Math.max(limit, LIMIT_BYTES_LEAST);
    }

    /** Counts what a client takes now; on its lane. */
    void count(Session session) {
        if (limitBytes > 0 && !session.isGone()) {
            long now = session.memoryBytes();
            long all = bytes.addAndGet(now - session.countedBytes);
            session.countedBytes = now;
            if (all >= limitBytes) {
                evict();
            }
        }
    }

    void closed(Session session) {
        bytes.addAndGet(-session.countedBytes);
        session.countedBytes = 0;
    }

    private void evict() {
        List<Session> largest =
                server.sessions().stream()
                        .sorted(Comparator.comparingLong(Session::memoryBytes).reversed())
                        .toList();
        long all = largest.stream().mapToLong(Session::memoryBytes).sum();
        for (Session session : largest) {
            if (all < limitBytes) {
                return;
            }
            boolean may = !session.isNoEvict() && session.peer() == Session.Peer.CLIENT;
            if (may && !session.isKilled()) {
                all -= session.memoryBytes();
                evicted.incrementAndGet();
                session.kill();
            }
        }
    }

    /** What the buffers of all clients hold now. */
    public long bufferBytes() {
        return unreadBytes() + inputBytes();
    }

    private long unreadBytes() {
        return sum(Session::unreadBytes);
    }

    private long inputBytes() {
        return sum(Session::inputBytes);
    }

    private long sum(ToLongFunction<Session> bytes) {
        long sum = 0;
        for (Session session : server.sessions()) {
            if (session.peer() == Session.Peer.CLIENT) {
                sum += bytes.applyAsLong(session);
            }
        }
        return sum;
    }

    /**
     * The same as it was a moment ago, without what is on its way: for who asks with each command.
     *
     * @param nowNanos as {@link System#nanoTime}
     */
    public long lastingBytes(long nowNanos) {
        if (nowNanos - goodUntilNanos >= 0 && summing.compareAndSet(false, true)) {
            long start = System.nanoTime();
            long unread = unreadBytes();
            lastingBytes = Math.min(unread, unreadBefore) + inputBytes();
            if (nowNanos - unreadAtNanos >= ON_ITS_WAY_NANOS) {
                unreadBefore = unreadAt;
                unreadAt = unread;
                unreadAtNanos = nowNanos;
            }
            long end = System.nanoTime();
            goodUntilNanos = end + PAUSE_SUMS * (end - start);
            summing.set(false);
        }
        return lastingBytes;
    }

    /** How many clients were dropped for it. */
    public long evicted() {
        return evicted.get();
    }

    void reset() {
        evicted.set(0);
    }
}
