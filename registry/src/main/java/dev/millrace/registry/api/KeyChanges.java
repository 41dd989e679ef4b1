package dev.millrace.registry.api;

import dev.millrace.registry.effect.Change;
import dev.millrace.registry.effect.DropKey;
import dev.millrace.registry.effect.PutKey;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.keys.Entry;
import dev.millrace.registry.keys.Keys;
import dev.millrace.registry.keys.Value;
import dev.millrace.registry.state.State;

import java.util.List;
import java.util.Optional;

/**
 * What can be done with one key (Consul: KV store). Each says whether it can be done now, and what
 * is then to be changed; what would change nothing changes no index.
 */
final class KeyChanges {
    /** Longer values are refused. */
    static final int VALUE_BYTES_MAX = 512 * 1024;

    /**
     * Whether something can be done.
     *
     * @param done also if there is nothing to be changed
     */
    record Attempt(boolean done, List<Change> changes) {
        static final Attempt NO = new Attempt(false, List.of());

        static Attempt of(Change change) {
            return new Attempt(true, List.of(change));
        }
    }

    private KeyChanges() {}

    private static Attempt put(Optional<Entry> before, Entry after) {
        return before.isPresent() && before.get().isSame(after)
                ? new Attempt(true, List.of())
                : Attempt.of(new PutKey(after));
    }

    private static Entry entry(String key, Value value, long flags, String session, long locks) {
        return new Entry(key, value, flags, session, locks, 0, 0);
    }

    /** Sets a value; who holds the key goes on holding it. */
    static Attempt set(State state, String key, Value value, long flags) {
        Optional<Entry> before = state.keys().entry(key);
        return put(
                before,
                entry(
                        key,
                        value,
                        flags,
                        before.map(Entry::session).orElse(""),
                        before.map(Entry::lockIndex).orElse(0L)));
    }

    /** The same if the key's last change was at an index; 0: if there is no such key. */
    static Attempt cas(State state, String key, Value value, long flags, long index) {
        long there = state.keys().entry(key).map(Entry::modifyIndex).orElse(0L);
        return there == index ? set(state, key, value, flags) : Attempt.NO;
    }

    /**
     * The same, and from now on a session holds the key, unless another does, or its last holder
     * has failed a moment ago.
     *
     * @throws Refusal if there is no such session
     */
    static Attempt acquire(
            State state, String key, Value value, long flags, String session, long nowMillis)
            throws Refusal {
        if (state.sessions().session(session).isEmpty()) {
            throw Refusal.invalid("invalid session \"" + session + "\"");
        }
        Keys keys = state.keys();
        Optional<Entry> before = keys.entry(key);
        String holder = before.map(Entry::session).orElse("");
        long locks = before.map(Entry::lockIndex).orElse(0L);
        if (holder.equals(session)) {
            return put(before, entry(key, value, flags, session, locks));
        }
        return holder.isEmpty() && keys.delayedUntilMillis(key) <= nowMillis
                ? put(before, entry(key, value, flags, session, locks + 1))
                : Attempt.NO;
    }

    /** The same, and the session that holds the key, if it is this one, does so no more. */
    static Attempt release(State state, String key, Value value, long flags, String session) {
        Optional<Entry> before = state.keys().entry(key);
        return before.isPresent() && before.get().session().equals(session) && !session.isEmpty()
                ? put(before, entry(key, value, flags, "", before.get().lockIndex()))
                : Attempt.NO;
    }

    static Attempt delete(State state, String key) {
        return state.keys().entry(key).isPresent()
                ? Attempt.of(new DropKey(key))
                : new Attempt(true, List.of());
    }

    /**
     * The same if the key's last change was at an index. One that is not there is none the less
     * gone.
     */
    static Attempt deleteCas(State state, String key, long index) {
        Optional<Entry> there = state.keys().entry(key);
        return there.isEmpty() || there.get().modifyIndex() == index
                ? delete(state, key)
                : Attempt.NO;
    }
}
