package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.packed.Listpack;

/**
 * Some of a stream's entries in a listpack, as Redis has them in memory and in its dumps (Redis
 * source, t_stream.c). Names that are those of the first entry, as nearly always, are not repeated.
 *
 * <pre>
 * master: live entries | deleted entries | names | name... | 0
 * entry:  flags | ms - master's | seq - master's | [ names ] | { [ name ] value } ... | elements before this one
 * </pre>
 *
 * <p>The ID of the master, which is that of the first entry, stands beside the listpack. A deleted
 * entry stays, with its flag set, until no live one is left in the listpack.
 */
final class StreamPack {
    static final int DELETED = 1;
    static final int SAME_NAMES = 2;

    /** All values and names of an entry, bytes, as Redis has it. */
    static final long ENTRY_BYTES_MAX = 1 << 30;

    /** Elements of an entry that has the master's names, beside its values. */
    private static final int FIXED_ELEMENTS = 4;

    private StreamPack() {}

    // ---- The master

    private static long deletedAt(long pack) {
        return Listpack.next(Listpack.first(pack));
    }

    private static long namesAt(long pack) {
        return Listpack.next(deletedAt(pack));
    }

    static long live(long pack) {
        return Listpack.integer(Listpack.first(pack));
    }

    static long deleted(long pack) {
        return Listpack.integer(deletedAt(pack));
    }

    static int masterNames(long pack) {
        return (int) Listpack.integer(namesAt(pack));
    }

    static long firstMasterName(long pack) {
        return Listpack.next(namesAt(pack));
    }

    /** Where the first entry begins, or the end. */
    static long firstEntry(long pack) {
        long at = firstMasterName(pack);
        for (int left = masterNames(pack); left >= 0; left--) {
            at = Listpack.next(at);
        }
        return at;
    }

    /** So many more are live, so many more deleted. There is room for both integers to grow. */
    static void count(long pack, long moreLive, long moreDeleted) {
        Listpack.replaceInteger(pack, Listpack.first(pack), live(pack) + moreLive);
        if (moreDeleted != 0) {
            Listpack.replaceInteger(pack, deletedAt(pack), deleted(pack) + moreDeleted);
        }
    }

    /** What {@link #count} may add, bytes. */
    static final int COUNTS_GROW_BYTES = 2 * Listpack.INTEGER_BYTES_MAX;

    // ---- Writing

    /** The most bytes that an entry takes, in a listpack that it is the first of or not. */
    static long bytes(StreamFields fields) {
        long bytes = Listpack.EMPTY_BYTES + 10L * Listpack.INTEGER_BYTES_MAX;
        for (int i = 0; i < 2 * fields.count(); i++) {
            long copies = i % 2 == 0 ? 2 : 1;
            bytes += copies * (fields.length(i) + (long) Listpack.STRING_HEAD_BYTES_MAX);
        }
        return bytes;
    }

    /** Makes a listpack with a master that has the names of the first entry, and no entry. */
    static void init(long pack, StreamFields fields) {
        Listpack.init(pack);
        long at = Listpack.first(pack);
        at = Listpack.putInteger(at, 0);
        at = Listpack.putInteger(at, 0);
        at = Listpack.putInteger(at, fields.count());
        for (int i = 0; i < fields.count(); i++) {
            at = Listpack.put(at, fields.address(2 * i), fields.length(2 * i));
        }
        at = Listpack.putInteger(at, 0);
        Listpack.ended(pack, at, fields.count() + FIXED_ELEMENTS);
    }

    /** Adds an entry at the end; there is room. */
    static void append(long pack, StreamFields fields, long ms, long seq) {
        count(pack, 1, 0);
        boolean same = hasMasterNames(pack, fields);
        int names = fields.count();
        long at = Listpack.end(pack);
        at = Listpack.putInteger(at, same ? SAME_NAMES : 0);
        at = Listpack.putInteger(at, ms);
        at = Listpack.putInteger(at, seq);
        int elements = FIXED_ELEMENTS - 1 + names;
        if (!same) {
            at = Listpack.putInteger(at, names);
            elements += names + 1;
        }
        for (int i = same ? 1 : 0; i < 2 * names; i += same ? 2 : 1) {
            at = Listpack.put(at, fields.address(i), fields.length(i));
        }
        at = Listpack.putInteger(at, elements);
        Listpack.ended(pack, at, elements + 1);
    }

    private static boolean hasMasterNames(long pack, StreamFields fields) {
        if (masterNames(pack) != fields.count()) {
            return false;
        }
        long at = firstMasterName(pack);
        for (int i = 0; i < fields.count(); i++) {
            if (!Listpack.is(at, fields.address(2 * i), fields.length(2 * i))) {
                return false;
            }
            at = Listpack.next(at);
        }
        return true;
    }

    // ---- Entries

    static boolean isDeleted(long entry) {
        return (Listpack.integer(entry) & DELETED) != 0;
    }

    /** Flags are 0 to 3, so that they take the same room. */
    static void delete(long entry) {
        Memory.putByte(entry, (int) Listpack.integer(entry) | DELETED);
    }

    /** Where the entry after this one begins, or the end. */
    static long nextEntry(long pack, long entry) {
        boolean same = (Listpack.integer(entry) & SAME_NAMES) != 0;
        long at = Listpack.next(Listpack.next(Listpack.next(entry)));
        int left = masterNames(pack);
        if (!same) {
            left = 2 * (int) Listpack.integer(at);
            at = Listpack.next(at);
        }
        for (; left >= 0; left--) {
            at = Listpack.next(at);
        }
        return at;
    }

    /** Where the last entry begins, 0 if there is none. */
    static long lastEntry(long pack) {
        return entryBefore(Listpack.end(pack));
    }

    /** The entry that ends where another begins, or the end; 0 if it is the first. */
    static long entryBefore(long end) {
        long at = Listpack.previous(end);
        int elements = (int) Listpack.integer(at);
        if (elements == 0) {
            return 0;
        }
        for (int left = elements; left > 0; left--) {
            at = Listpack.previous(at);
        }
        return at;
    }

    // ---- Foreign bytes

    /**
     * What is wrong with a stranger's listpack as a part of a stream, empty if nothing.
     *
     * @param order is told the IDs of live entries in their order, less the master's
     */
    static String check(long pack, long bytes, Order order) {
        String wrong = Listpack.check(pack, bytes);
        return wrong.isEmpty() ? new Check(order).run(pack) : wrong;
    }

    /** Is told an entry's ID, less the master's; says whether it may stand there. */
    @FunctionalInterface
    interface Order {
        boolean mayFollow(long ms, long seq);
    }

    /** Walks through a listpack, of which each element is known to be one. */
    private static final class Check {
        private final Order order;
        private long at;
        private String wrong = "";

        Check(Order order) {
            this.order = order;
        }

        String run(long pack) {
            at = Listpack.first(pack);
            long live = counter("live entries");
            long deleted = counter("deleted entries");
            long names = counter("names");
            pass(names);
            if (counter("master's end") != 0) {
                return "master's end";
            }
            if (wrong.isEmpty() && Listpack.isEnd(at)) {
                return "no entries";
            }
            while (wrong.isEmpty() && !Listpack.isEnd(at)) {
                if (isLive(names)) {
                    live--;
                } else {
                    deleted--;
                }
            }
            return !wrong.isEmpty() || live == 0 && deleted == 0 ? wrong : "count of entries";
        }

        private boolean isLive(long masterNames) {
            long flags = counter("flags");
            long ms = integer("ms");
            long seq = integer("seq");
            boolean same = (flags & SAME_NAMES) != 0;
            long names = same ? masterNames : counter("names of an entry");
            long elements = same ? names : 2 * names;
            pass(elements);
            if (flags > (DELETED | SAME_NAMES)) {
                wrong = "flags";
            }
            if (counter("elements of an entry") != elements + (same ? 3 : 4)) {
                wrong = "elements of an entry";
            }
            boolean live = (flags & DELETED) == 0;
            if (live && wrong.isEmpty() && !order.mayFollow(ms, seq)) {
                wrong = "order of entries";
            }
            return live;
        }

        private long integer(String what) {
            if (!wrong.isEmpty() || Listpack.isEnd(at) || !Listpack.isInteger(at)) {
                wrong = wrong.isEmpty() ? what : wrong;
                return 0;
            }
            long value = Listpack.integer(at);
            at = Listpack.next(at);
            return value;
        }

        private long counter(String what) {
            long value = integer(what);
            if (value < 0 || value > Listpack.BYTES_MAX) {
                wrong = what;
                return 0;
            }
            return value;
        }

        private void pass(long elements) {
            for (long left = elements; left > 0 && wrong.isEmpty(); left--) {
                if (Listpack.isEnd(at)) {
                    wrong = "an element is missing";
                    return;
                }
                at = Listpack.next(at);
            }
        }
    }

    /** Reads a name or value where it stands. */
    static void read(long at, Element into) {
        Listpack.read(at, into);
    }
}
