package dev.millrace.kv.store;

import dev.millrace.kernel.memory.Memory;

import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which clients have read which keys of one stripe and want to know when they change; under the
 * stripe's lock. As in Redis a key is its bytes, whatever its database.
 */
public final class Readers {
    private static final long[] NOBODY = {};
    private static final long KEY_BYTES = 160;
    private static final long CLIENT_BYTES = Long.BYTES;

    /** A key's bytes. */
    public record Name(byte[] bytes) implements Comparable<Name> {
        @Override
        public int compareTo(Name other) {
            return Arrays.compareUnsigned(bytes, other.bytes);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Name name && Arrays.equals(bytes, name.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }

    /** A key that was forgotten, and the ids of who had read it. */
    public record Forgotten(byte[] key, long[] clients) {}

    /** The longest known first, and so the first to be forgotten when there are too many. */
    private final Map<Name, long[]> clients = new LinkedHashMap<>();

    private long items;

    /** Notes that a client has read a key; how many bytes of heap that takes, 0 if it was known. */
    public long add(long key, int length, long client) {
        Name name = new Name(Memory.bytes(key, length));
        long[] known = clients.getOrDefault(name, NOBODY);
        for (long other : known) {
            if (other == client) {
                return 0;
            }
        }
        long[] more = Arrays.copyOf(known, known.length + 1);
        more[known.length] = client;
        clients.put(name, more);
        items++;
        return CLIENT_BYTES + (known.length == 0 ? KEY_BYTES + length : 0);
    }

    /** Forgets a key; the ids of who had read it. */
    public long[] take(long key, int length) {
        if (clients.isEmpty()) {
            return NOBODY;
        }
        long[] known = clients.remove(new Name(Memory.bytes(key, length)));
        if (known == null) {
            return NOBODY;
        }
        items -= known.length;
        return known;
    }

    /** Forgets the key that has been known for longest; there is one. */
    public Forgotten takeOldest() {
        Iterator<Map.Entry<Name, long[]>> all = clients.entrySet().iterator();
        Map.Entry<Name, long[]> oldest = all.next();
        all.remove();
        items -= oldest.getValue().length;
        return new Forgotten(oldest.getKey().bytes, oldest.getValue());
    }

    public void clear() {
        clients.clear();
        items = 0;
    }

    /** How many keys are known. A little stale for who does not hold the lock. */
    public int keys() {
        return clients.size();
    }

    /** How many pairs of a key and a client. */
    public long items() {
        return items;
    }

    /** What knowing a key takes that so many clients have read, about. */
    public static long heapBytes(int length, int clients) {
        return KEY_BYTES + length + CLIENT_BYTES * clients;
    }
}
