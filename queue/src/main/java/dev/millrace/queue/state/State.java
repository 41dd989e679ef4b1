package dev.millrace.queue.state;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.queue.backlog.Backlog;
import dev.millrace.queue.backlog.Envelope;
import dev.millrace.queue.backlog.Shelf;
import dev.millrace.queue.ledger.Ledger;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All that the journal's effects make: backlogs, ledgers, definitions. These methods are the only
 * code that changes it, for those who serve and for a replay alike. Under the store's lock.
 */
public final class State {
    private final Shelf shelf;
    private final Map<Long, Backlog> backlogs = new LinkedHashMap<>();
    private final Map<Long, Ledger> ledgers = new LinkedHashMap<>();
    private final Map<Definition.Name, byte[]> definitions = new LinkedHashMap<>();
    private long lastId;

    public State(Shelf shelf) {
        this.shelf = shelf;
    }

    public Shelf shelf() {
        return shelf;
    }

    /** The last number that a backlog, a ledger or a message got. */
    public long lastId() {
        return lastId;
    }

    public Collection<Backlog> backlogs() {
        return Collections.unmodifiableCollection(backlogs.values());
    }

    public Collection<Ledger> ledgers() {
        return Collections.unmodifiableCollection(ledgers.values());
    }

    /** By name, in the order in which they were made. */
    public Map<Definition.Name, byte[]> definitions() {
        return Collections.unmodifiableMap(definitions);
    }

    /** The backlog of that number; a wrong one is damage. */
    public Backlog backlog(long id) {
        @Nullable Backlog backlog = backlogs.get(id);
        if (backlog == null) {
            throw new CorruptJournalException("backlog " + id + ": not there");
        }
        return backlog;
    }

    /** The ledger of that number; a wrong one is damage. */
    public Ledger ledger(long id) {
        @Nullable Ledger ledger = ledgers.get(id);
        if (ledger == null) {
            throw new CorruptJournalException("ledger " + id + ": not there");
        }
        return ledger;
    }

    // ---- Effects

    public void used(long id) {
        lastId = Math.max(lastId, id);
    }

    public void define(Definition.Name name, byte[] content) {
        definitions.put(name, content);
    }

    public void undefine(Definition.Name name) {
        definitions.remove(name);
    }

    public Backlog addBacklog(long id) {
        used(id);
        Backlog backlog = new Backlog(id, shelf);
        backlogs.put(id, backlog);
        return backlog;
    }

    public void dropBacklog(long id) {
        Backlog backlog = backlog(id);
        for (Ledger ledger : backlog.ledgers()) {
            ledgers.remove(ledger.id());
        }
        backlogs.remove(id);
        backlog.drop();
    }

    public Ledger addLedger(long id, Backlog backlog, long start) {
        used(id);
        Ledger ledger = new Ledger(id, backlog, start);
        ledgers.put(id, ledger);
        backlog.add(ledger);
        return ledger;
    }

    public void dropLedger(long id) {
        Ledger ledger = ledger(id);
        ledgers.remove(id);
        ledger.backlog().remove(ledger);
    }

    public long append(
            Backlog backlog,
            Envelope envelope,
            long meta,
            int metaBytes,
            long body,
            int bodyBytes) {
        used(envelope.id());
        return backlog.append(envelope, meta, metaBytes, body, bodyBytes);
    }

    public void deliver(Ledger ledger, long count) {
        requireReady(ledger, count);
        for (long i = 0; i < count; i++) {
            ledger.deliver();
        }
    }

    public void skip(Ledger ledger, long count) {
        requireReady(ledger, count);
        ledger.skip(count);
        ledger.backlog().release();
    }

    public void deferNext(Ledger ledger, long untilMillis) {
        requireReady(ledger, 1);
        ledger.deferNext(untilMillis);
    }

    private static void requireReady(Ledger ledger, long count) {
        if (count < 0 || count > ledger.ready()) {
            throw new CorruptJournalException(
                    "ledger %d: %d messages (expected: at most %d)"
                            .formatted(ledger.id(), count, ledger.ready()));
        }
    }

    public void retry(Ledger ledger, long offset) {
        requireUnacknowledged(ledger, offset);
        ledger.retry(offset);
    }

    public void defer(Ledger ledger, long offset, long untilMillis) {
        requireUnacknowledged(ledger, offset);
        ledger.defer(offset, untilMillis);
    }

    public void acknowledge(Ledger ledger, long offset) {
        requireUnacknowledged(ledger, offset);
        long floor = ledger.floor();
        ledger.acknowledge(offset);
        if (ledger.floor() != floor) {
            ledger.backlog().release();
        }
    }

    private static void requireUnacknowledged(Ledger ledger, long offset) {
        if (!ledger.isUnacknowledged(offset)) {
            throw new CorruptJournalException(
                    "ledger " + ledger.id() + ": nothing to do with offset " + offset);
        }
    }
}
