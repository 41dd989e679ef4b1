package dev.millrace.kv.rdb;

import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kv.store.Database;
import dev.millrace.kv.store.Stripes;

/**
 * Loads what the look-ups of the next keys of a dump will read, for several keys at a time: a table
 * of millions of keys is in no cache, and one look-up after the other would wait for memory. It
 * passes over values without reading them, and says nothing of what is bad: the reader will.
 */
final class LookAhead {
    private static final int KEYS = 16;

    /** A value of more elements ends it, until the reader has come to the next key. */
    private static final long ELEMENTS_MAX = 256;

    private final Stripes stripes;
    private final DumpReader in = new DumpReader();
    private long until;
    private long sink;

    LookAhead(Stripes stripes) {
        this.stripes = stripes;
    }

    /** Begins with a dump. */
    void reset() {
        until = 0;
    }

    /** Looks ahead from here, unless it did before; {@code bytes} are left. */
    void from(long address, long bytes, int database) {
        if (address < until) {
            return;
        }
        in.read(address, bytes);
        long loaded = 0;
        try {
            int keys = 0;
            while (keys < KEYS && passNotes()) {
                int type = in.u8();
                loaded ^= touch(database);
                if (!passValue(type)) {
                    break;
                }
                keys++;
            }
            until = in.address();
        } catch (BadDump end) {
            until = address + bytes;
        }
        sink = loaded;
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

    private long touch(int database) {
        int length = in.passString();
        if (length < 0) {
            return 0;
        }
        long key = in.address() - length;
        Database keys = stripes.of(key, length).database(database);
        return keys.items().touchBucket(KeyHash.of(key, length));
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
