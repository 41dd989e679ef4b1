package dev.millrace.kv.store;

import java.util.Arrays;

/** A key by its database and its bytes. */
public record DatabaseKey(int database, byte[] key) {
    @Override
    public boolean equals(Object other) {
        return other instanceof DatabaseKey same
                && database == same.database
                && Arrays.equals(key, same.key);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(key) + database;
    }
}
