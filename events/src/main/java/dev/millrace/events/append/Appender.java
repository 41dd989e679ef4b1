package dev.millrace.events.append;

import dev.millrace.events.effect.Effects;
import dev.millrace.events.log.Cursor;
import dev.millrace.events.log.Event;
import dev.millrace.events.log.StreamCursor;
import dev.millrace.events.state.Metadata;
import dev.millrace.events.state.State;
import dev.millrace.events.store.Store;
import dev.millrace.events.stream.Limits;
import dev.millrace.events.stream.StreamTable;
import dev.millrace.kernel.memory.NativeBuffer;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Appends, deletes, tombstones, each under the conditions that KurrentDB has for it. A repeated
 * append is known by the ids of its events:
 *
 * <pre>
 * expected is the last revision      it is appended
 * expected is before it              done already if exactly these ids stand behind the expected one; else wrong
 * expected is any, or: exists        done already if all ids are among the newest of the stream; else it is appended
 * expected is behind it              wrong
 * </pre>
 *
 * <p>A stream that was deleted, but not for good, begins again behind its last revision, as soon as
 * it is written. Under the store's lock.
 */
public final class Appender {
    /** The events of one append have at most so many bytes together. */
    public static final int APPEND_BYTES_MAX = 16 << 20;

    private static final byte[] DELETED_TYPE = "$streamDeleted".getBytes(StandardCharsets.US_ASCII);

    /** What metadata of our own adds to an append, but for names: a type, and a number. */
    private static final long OWN_BYTES = 256;

    private final Store store;
    private final NativeBuffer scratch = new NativeBuffer(1024);
    private final NativeBuffer metaName = new NativeBuffer(256);
    private final Map<Runnable, StreamCursor> lookups = new HashMap<>();

    public Appender(Store store) {
        this.store = store;
    }

    private State state() {
        return store.state();
    }

    private Effects effects() {
        return store.effects();
    }

    /** What the effects of an append take of the journal, at most. */
    public static long cost(StreamName name, List<Event.Draft> drafts) {
        long bytes = 4L * name.bytes() + OWN_BYTES + 6L * Effects.BYTES_MAX;
        for (Event.Draft draft : drafts) {
            bytes += draft.bytes() + Effects.BYTES_MAX;
        }
        return bytes;
    }

    // ---- Conditions

    /**
     * Whether an append would be done, and what it would answer if nothing is to be written for it.
     *
     * @param again run, on another thread, after {@link Outcome.Loading}
     * @return nothing to stop it: {@code Done} with the revision behind which it goes and position
     *     0; anything else is the answer
     */
    private Outcome check(int stream, long expected, List<Event.Draft> drafts, Runnable again) {
        StreamTable streams = state().streams();
        long last = stream < 0 ? -1 : streams.last(stream);
        boolean deleted = stream >= 0 && streams.limits(stream).truncateBefore() == Limits.DELETED;
        Outcome free = new Outcome.Done(last, 0);
        if (expected == Expected.EXISTS && (last < 0 || deleted)) {
            return new Outcome.WrongRevision(-1);
        }
        if (expected == Expected.ANY || expected == Expected.EXISTS) {
            return repeated(stream, drafts, free);
        }
        if (isMet(expected, last, deleted)) {
            return free;
        }
        if (expected > last || drafts.isEmpty()) {
            return new Outcome.WrongRevision(last);
        }
        return lookUp(stream, expected + 1, last, drafts, again);
    }

    /**
     * Whether a stream is where it is expected to be: for events that are new, whatever their ids.
     *
     * @param last its last revision, -1 if there is none
     * @param deleted whether it was deleted, but not for good
     */
    static boolean isMet(long expected, long last, boolean deleted) {
        return expected == Expected.ANY
                || expected == last
                || deleted && expected == Expected.NO_STREAM;
    }

    /** Of what was appended with no expectation only the newest is known. */
    private Outcome repeated(int stream, List<Event.Draft> drafts, Outcome free) {
        long revision = -1;
        for (int i = 0; stream >= 0 && i < drafts.size(); i++) {
            Event.Draft draft = drafts.get(i);
            revision = state().recent().revision(draft.idHigh(), draft.idLow(), stream);
            if (revision < 0) {
                break;
            }
        }
        return revision < 0 ? free : new Outcome.Done(revision, state().log().end());
    }

    /** Compares ids with those that stand there. */
    private Outcome lookUp(
            int stream, long from, long last, List<Event.Draft> drafts, Runnable again) {
        StreamCursor cursor =
                lookups.computeIfAbsent(again, _ -> state().log().read(stream, from, true, again));
        int[] same = {(int) (cursor.next() - from)};
        Cursor.Step step =
                cursor.read(
                        0,
                        Math.min(last, from + drafts.size() - 1),
                        Long.MAX_VALUE,
                        event -> {
                            Event.Draft draft = drafts.get(same[0]);
                            boolean is =
                                    Event.idHigh(event) == draft.idHigh()
                                            && Event.idLow(event) == draft.idLow();
                            if (is) {
                                same[0]++;
                            }
                            return is;
                        });
        if (step == Cursor.Step.LOADING) {
            return new Outcome.Loading();
        }
        lookups.remove(again);
        cursor.close();
        return same[0] == drafts.size()
                ? new Outcome.Done(from + drafts.size() - 1, state().log().end())
                : new Outcome.WrongRevision(last);
    }

    /** Whoever asked asks no more. */
    public void forget(Runnable again) {
        StreamCursor cursor = lookups.remove(again);
        if (cursor != null) {
            cursor.close();
        }
    }

    private int find(StreamName name) {
        return find(state(), name);
    }

    /** A stream that events are appended to, or -1: a derived one of its name is not meant. */
    static int find(State state, StreamName name) {
        return state.streams().findOrdinary(name.address(), name.bytes());
    }

    private int findOrAdd(StreamName name) {
        int stream = find(name);
        return stream >= 0 ? stream : effects().addStream(name.address(), name.bytes());
    }

    // ---- Changes

    /**
     * Whether all of some appends can be done; {@code Done} with position 0 means that they can,
     * and that something is to be written.
     */
    public Outcome check(StreamName name, long expected, List<Event.Draft> drafts, Runnable again) {
        Optional<Outcome> closed = closed(state(), name);
        return closed.isPresent() ? closed.get() : check(find(name), expected, drafts, again);
    }

    /** Why nothing can be appended to a stream, whatever is expected of it; empty if it can. */
    static Optional<Outcome> closed(State state, StreamName name) {
        if (state.isReserved(name.address(), name.bytes())) {
            return Optional.of(new Outcome.Denied());
        }
        return isTombstoned(state, name) || name.isMeta() && isTombstoned(state, name.described())
                ? Optional.of(new Outcome.Tombstoned())
                : Optional.empty();
    }

    private static boolean isTombstoned(State state, StreamName name) {
        int stream = find(state, name);
        return stream >= 0 && state.streams().isTombstoned(stream);
    }

    /**
     * Appends, after {@link #check} found nothing against it and the space was admitted.
     *
     * @return where the stream is now
     */
    public Outcome.Done append(StreamName name, List<Event.Draft> drafts) {
        int stream = findOrAdd(name);
        reopen(name, stream);
        long revision = state().streams().last(stream);
        for (Event.Draft draft : drafts) {
            revision = effects().append(stream, draft);
            if (name.isMeta() && Metadata.isType(draft.type(), draft.typeBytes())) {
                effects()
                        .limit(
                                findOrAdd(name.described()),
                                Metadata.limits(draft.data(), draft.dataBytes()));
            }
        }
        return new Outcome.Done(revision, state().log().end());
    }

    /** A deleted stream that is written again begins behind what it had. */
    private void reopen(StreamName name, int stream) {
        StreamTable streams = state().streams();
        if (streams.limits(stream).truncateBefore() == Limits.DELETED) {
            truncate(name, stream, streams.last(stream) + 1);
        }
    }

    private void truncate(StreamName name, int stream, long before) {
        StreamName meta = StreamName.in(metaName, StreamName.META_PREFIX + name);
        byte[] data = Metadata.truncated(before);
        effects().append(findOrAdd(meta), own(Metadata.TYPE, data, Event.JSON));
        Limits limits = state().streams().limits(stream);
        effects().limit(stream, new Limits(before, limits.maxCount(), limits.maxAgeSeconds()));
    }

    /** Hides what a stream has before a revision; the space was admitted. */
    public void truncate(StreamName name, long before) {
        truncate(name, findOrAdd(name), before);
    }

    private Event.Draft own(byte[] type, byte[] data, int flags) {
        UUID id = UUID.randomUUID();
        scratch.clear();
        scratch.put(type);
        scratch.put(data);
        return new Event.Draft(
                id.getMostSignificantBits(),
                id.getLeastSignificantBits(),
                store.clock().millis() * 10_000,
                flags,
                scratch.address(),
                type.length,
                scratch.address(),
                0,
                scratch.address() + type.length,
                data.length);
    }

    /** Hides what a stream has, until it is written again; after {@link #check}. */
    public Outcome.Done delete(StreamName name) {
        int stream = findOrAdd(name);
        truncate(name, stream, Limits.DELETED);
        return new Outcome.Done(state().streams().last(stream), state().log().end());
    }

    /** Deletes a stream for good; after {@link #check}. */
    public Outcome.Done tombstone(StreamName name) {
        int stream = findOrAdd(name);
        effects().tombstone(stream, own(DELETED_TYPE, new byte[0], 0));
        return new Outcome.Done(State.TOMBSTONE_REVISION, state().log().end());
    }
}
