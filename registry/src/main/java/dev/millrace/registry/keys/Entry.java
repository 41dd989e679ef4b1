package dev.millrace.registry.keys;

/**
 * A key and its value.
 *
 * @param flags the client's, 64 bits without a sign
 * @param session that holds it; empty: none does
 * @param lockIndex how often it was acquired
 * @param createIndex the registry's index when it was made
 * @param modifyIndex the index of its last change
 */
public record Entry(
        String key,
        Value value,
        long flags,
        String session,
        long lockIndex,
        long createIndex,
        long modifyIndex) {
    /** The same as of other changes. */
    public Entry at(long created, long modified) {
        return new Entry(key, value, flags, session, lockIndex, created, modified);
    }

    /** The same, held by a session or, if it is empty, by none. */
    public Entry held(String by, long times) {
        return new Entry(key, value, flags, by, times, createIndex, modifyIndex);
    }

    /** True if all but the indices of changes is the same. */
    public boolean isSame(Entry other) {
        return equals(other.at(createIndex, modifyIndex));
    }
}
