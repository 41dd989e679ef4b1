package dev.millrace.kv.rdb;

import dev.millrace.kv.session.Config;
import dev.millrace.kv.session.Config.Quantity;

/**
 * Up to what a collection that is read from a dump stays packed: as CONFIG says at that moment. An
 * effect that restores a value carries them, for a replay has to give it the same form.
 *
 * @param hashEntries fields of a hash
 * @param hashBytes bytes of a field or a value
 * @param sortedEntries members of a sorted set
 * @param sortedBytes bytes of a member
 * @param integers members of a set that are all integers
 */
public record Limits(
        long hashEntries, long hashBytes, long sortedEntries, long sortedBytes, long integers) {
    /** How many they are. */
    public static final int COUNT = 5;

    public static Limits of(Config config) {
        return new Limits(
                config.get(Quantity.HASH_MAX_LISTPACK_ENTRIES),
                config.get(Quantity.HASH_MAX_LISTPACK_VALUE),
                config.get(Quantity.ZSET_MAX_LISTPACK_ENTRIES),
                config.get(Quantity.ZSET_MAX_LISTPACK_VALUE),
                config.get(Quantity.SET_MAX_INTSET_ENTRIES));
    }
}
