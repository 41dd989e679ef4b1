package dev.millrace.queue.dispatch;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.queue.backlog.Backlog;
import dev.millrace.queue.backlog.Cursor;
import dev.millrace.queue.backlog.Envelope;
import dev.millrace.queue.backlog.Message;
import dev.millrace.queue.ledger.Ledger;
import dev.millrace.queue.state.Definition;
import dev.millrace.queue.store.Store;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Messages of one group that are deferred for long: by the minute in which their time comes, in
 * backlogs of their own. There they cost no memory. A minute before, and from then on, a bucket is
 * a source of the group: each of its messages is read once, and deferred in memory until its time.
 *
 * <p>A message's time stands before its meta ({@link Message#TIMED}).
 */
final class Later {
    /** What {@link #tick} causes in the journal at most. */
    static final long TICK_BYTES = 64 * 1024;

    /** The kind of the definitions: {@code group, a space, minute} → backlog u64, ledger u64. */
    private static final int KIND = 255;

    private static final long BUCKET_MILLIS = 60_000;

    /** How many messages one tick looks at. */
    private static final int SCAN_MAX = 512;

    private record Bucket(long minute, Definition.Name name, Ledger ledger, Cursor cursor) {}

    private final String group;
    private final Store store;
    private final Group owner;

    /** By minute since 1970. */
    private final TreeMap<Long, Bucket> buckets = new TreeMap<>();

    /** Those that are sources of the group. */
    private final Map<Ledger, Bucket> open = new HashMap<>();

    Later(String group, Store store, Group owner) {
        this.group = group;
        this.store = store;
        this.owner = owner;
    }

    /** Finds the buckets of an earlier process. */
    void restore() {
        String prefix = group + " ";
        store.state()
                .definitions()
                .forEach(
                        (name, content) -> {
                            if (name.kind() == KIND && name.text().startsWith(prefix)) {
                                long minute =
                                        Long.parseLong(name.text().substring(prefix.length()));
                                Ledger ledger =
                                        store.state().ledger(ByteBuffer.wrap(content).getLong(8));
                                buckets.put(minute, bucket(minute, name, ledger));
                            }
                        });
    }

    private Bucket bucket(long minute, Definition.Name name, Ledger ledger) {
        return new Bucket(
                minute, name, ledger, new Cursor(ledger.backlog(), store.state().shelf()));
    }

    /** Puts a message by; it may lie in a backlog, for it is copied before anything is appended. */
    void put(
            Envelope envelope,
            long metaAddress,
            int metaBytes,
            long body,
            int bodyBytes,
            long untilMillis) {
        Bucket bucket = bucketOf(untilMillis / BUCKET_MILLIS);
        NativeBuffer timed = store.scratch();
        timed.putLong(untilMillis);
        timed.put(metaAddress, metaBytes);
        timed.put(body, bodyBytes);
        store.effects()
                .append(
                        bucket.ledger.backlog(),
                        new Envelope(
                                envelope.id(),
                                envelope.timestampNanos(),
                                envelope.attempts(),
                                envelope.flags() | Message.TIMED),
                        timed.address(),
                        metaBytes + Long.BYTES,
                        timed.address() + metaBytes + Long.BYTES,
                        bodyBytes);
    }

    private Bucket bucketOf(long minute) {
        Bucket there = buckets.get(minute);
        if (there != null) {
            return there;
        }
        Definition.Name name = new Definition.Name(KIND, group + " " + minute);
        Backlog backlog = store.effects().addBacklog();
        Ledger ledger = store.effects().addLedger(backlog, 0);
        store.effects()
                .define(
                        name,
                        ByteBuffer.allocate(16).putLong(backlog.id()).putLong(ledger.id()).array());
        Bucket made = bucket(minute, name, ledger);
        buckets.put(minute, made);
        return made;
    }

    /** How many nobody has looked at yet. */
    long waiting() {
        long count = 0;
        for (Bucket bucket : buckets.values()) {
            count += bucket.ledger.ready();
            if (!open.containsKey(bucket.ledger)) {
                // An earlier process had it open.
                count += bucket.ledger.unacknowledged();
            }
        }
        return count;
    }

    int buckets() {
        return buckets.size();
    }

    /** When there is something to do. */
    long dueMillis() {
        for (Bucket bucket : buckets.values()) {
            if (!open.containsKey(bucket.ledger)) {
                return (bucket.minute - 1) * BUCKET_MILLIS;
            }
            if (bucket.ledger.ready() > 0) {
                return 0;
            }
        }
        return Long.MAX_VALUE;
    }

    void tick(long nowMillis) {
        for (Bucket bucket : List.copyOf(buckets.values())) {
            if ((bucket.minute - 1) * BUCKET_MILLIS > nowMillis) {
                return;
            }
            if (open.putIfAbsent(bucket.ledger, bucket) == null) {
                owner.addLater(bucket.ledger);
            }
            scan(bucket);
            settled(bucket.ledger);
        }
    }

    private void scan(Bucket bucket) {
        for (int i = 0; i < SCAN_MAX && bucket.ledger.ready() > 0; i++) {
            @Nullable Message message = bucket.cursor.seek(bucket.ledger.next());
            if (message == null) {
                return;
            }
            owner.deferredNext(bucket.ledger, message.dueMillis());
        }
    }

    /** Something of a ledger was done with: if it was the last of an open bucket, that goes. */
    void settled(Ledger ledger) {
        Bucket bucket = open.get(ledger);
        if (bucket != null && ledger.ready() == 0 && ledger.unacknowledged() == 0) {
            drop(bucket);
        }
    }

    /** What nobody has in flight goes. */
    void purge() {
        for (Bucket bucket : List.copyOf(buckets.values())) {
            if (!open.containsKey(bucket.ledger)) {
                drop(bucket);
                continue;
            }
            if (bucket.ledger.ready() > 0) {
                store.effects().skip(bucket.ledger, bucket.ledger.ready());
            }
            settled(bucket.ledger);
        }
    }

    /** All of them go. */
    void drop() {
        List.copyOf(buckets.values()).forEach(this::drop);
    }

    private void drop(Bucket bucket) {
        buckets.remove(bucket.minute);
        if (open.remove(bucket.ledger) != null) {
            owner.remove(bucket.ledger);
        }
        store.effects().undefine(bucket.name);
        store.effects().drop(bucket.ledger.backlog());
    }
}
