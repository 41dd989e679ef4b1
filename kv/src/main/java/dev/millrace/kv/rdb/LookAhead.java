package dev.millrace.kv.rdb;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.store.KeyHash;
import dev.millrace.kv.store.Stripes;

/**
 * Loads what will be read next, so that several loads wait for memory together and not each for
 * itself: the dump's own next bytes, a cache line after the other, and what the look-ups of its
 * next keys will read, for a table of millions of keys is in no cache. It passes over values
 * without reading them, and says nothing of what is bad: the reader will.
 */
final class LookAhead {
    private static final int KEYS = 16;

    /** Of the dump: what fits into a cache near the processor. */
    private static final int DUMP_BYTES = 32 * 1024;

    private static final int LINE_BYTES = 64;

    /** A value of more elements ends it, until the reader has come to the next key. */
    private static final long ELEMENTS_MAX = 256;

    private final Stripes stripes;
    private final DumpReader in = new DumpReader();
    private final int[] places = new int[KEYS];
    private final long[] hashes = new long[KEYS];
    private long until;
    private long loadedUntil;
    private long sink;

    LookAhead(Stripes stripes) {
        this.stripes = stripes;
    }

    /** Begins with a dump. */
    void reset() {
        until = 0;
        loadedUntil = 0;
    }

    /** Looks ahead from here, unless it did before; {@code bytes} are left. */
    void from(long address, long bytes, int database) {
        if (address < until) {
            return;
        }
        in.read(address, bytes);
        long loaded = loadDump(address, address + bytes);
        int keys = 0;
        try {
            for (int passed = 0; passed < KEYS && passNotes(); passed++) {
                int type = in.u8();
                keys += hash(keys);
                if (!passValue(type)) {
                    break;
                }
            }
            until = in.address();
        } catch (BadDump end) {
            until = address + bytes;
        }
        sink = loaded ^ loadBuckets(keys, database);
    }

    /**
     * A loop of its own: with a key's hash and value between two of them, a processor would begin
     * the next load when the one before has ended.
     */
    private long loadBuckets(int keys, int database) {
        long loaded = 0;
        for (int i = 0; i < keys; i++) {
            loaded ^= stripes.stripe(places[i]).database(database).items().touchBucket(hashes[i]);
        }
        return loaded;
    }

    /** Loads the dump for some way, unless more than half of it is still to come. */
    private long loadDump(long address, long end) {
        if (loadedUntil - address > DUMP_BYTES / 2) {
            return 0;
        }
        long loaded = 0;
        long to = Math.min(end, address + DUMP_BYTES);
        for (long at = Math.max(address, loadedUntil); at < to; at += LINE_BYTES) {
            loaded ^= Memory.getByte(at);
        }
        loadedUntil = to;
        return loaded;
    }

    /** Passes over what stands before a key; false if something else follows. */
    private boolean passNotes() {
        while (true) {
            switch (in.next()) {
                case Opcode.EXPIRES_MILLIS -> in.skip(1 + Long.BYTES);
                case Opcode.EXPIRES_SECONDS -> in.skip(1 + Integer.BYTES);
                default -> {
                    return in.next() <= DumpType.LIST_LISTPACKS;
                }
            }
        }
    }

    /** Notes where a key belongs; how many that were: none if its bytes do not stand there. */
    private int hash(int number) {
        int length = in.passString();
        if (length < 0) {
            return 0;
        }
        long key = in.address() - length;
        places[number] = stripes.indexOf(key, length);
        hashes[number] = KeyHash.of(key, length);
        return 1;
    }

    private boolean passValue(int type) {
        return switch (type) {
            case DumpType.STRING,
                    DumpType.SET_INTEGERS,
                    DumpType.HASH_LISTPACK,
                    DumpType.ZSET_LISTPACK -> {
                in.passString();
                yield true;
            }
            case DumpType.SET -> passElements(1, 0, 0);
            case DumpType.HASH -> passElements(2, 0, 0);
            case DumpType.ZSET_BINARY -> passElements(1, 0, Double.BYTES);
            case DumpType.LIST_LISTPACKS -> passElements(1, 1, 0);
            default -> false;
        };
    }

    /** Elements of so many strings, with bytes before and behind. */
    private boolean passElements(int strings, int before, int behind) {
        long count = in.count();
        if (count > ELEMENTS_MAX) {
            return false;
        }
        for (long left = count; left > 0; left--) {
            in.skip(before);
            for (int i = 0; i < strings; i++) {
                in.passString();
            }
            in.skip(behind);
        }
        return true;
    }

    @Override
    public String toString() {
        return "looked ahead to " + until + " (" + sink + ")";
    }
}
