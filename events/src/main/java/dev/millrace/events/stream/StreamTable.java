package dev.millrace.events.stream;

import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.Slabs;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The streams, outside the heap: 40 bytes and the name each, and 4 to 8 of a hash table. A stream's
 * number is its place here; it never changes, nor does what its name's address has.
 *
 * <pre>
 * entry   name u64 | last revision i64 | truncate before i64 | max count u32 | max age s u32 | hash u32 | flags u32
 * name    bytes u16 | UTF-8
 * </pre>
 *
 * <p><b>Growth.</b> Entries and names lie in pages, to which others are added. The hash table
 * consists of {@value #PARTS} small ones, each of which grows by itself: for a million streams that
 * is 4,096 entries moved at a time.
 *
 * <p><b>Checkpoints.</b> {@link #cut} marks every page of entries as not yet saved; a page that is
 * about to change before it was saved is copied first. Names need nothing: they do not change.
 *
 * <p><b>Derived streams</b> ({@code $ce-CATEGORY} and their kin; {@code state.Projections}) are in
 * a table of their own and have numbers from {@link #DERIVED} on, for a stream's number is part of
 * the journal's form and theirs must not be: they come and go with a setting. No checkpoint has
 * them. What is asked here by number is answered for both kinds.
 *
 * <p>One thread at a time.
 */
public final class StreamTable {
    public static final int NAME_BYTES_MAX = 0xffff;

    /** The number of the first derived stream; those of others are below it. */
    public static final int DERIVED = 1 << 30;

    static final int ENTRY_BYTES = 40;
    static final int PAGE_ENTRIES = 1024;

    private static final int LAST = 8;
    private static final int TRUNCATE_BEFORE = 16;
    private static final int MAX_COUNT = 24;
    private static final int MAX_AGE = 28;
    private static final int HASH = 32;
    private static final int FLAGS = 36;
    private static final int TOMBSTONE = 1;
    private static final int PARTS = 256;
    private static final int NAMES_BYTES = 128 << 10;
    private static final int FREE = -1;

    private final Slabs slabs = new Slabs();
    private final List<Long> pages = new ArrayList<>();
    private final int[][] parts = new int[PARTS][];
    private final int[] partCounts = new int[PARTS];
    private int count;
    private long names;
    private int namesLeft;
    private @Nullable StreamsCut cut;
    private @Nullable StreamTable derived;

    /** How many there are, but for derived ones. */
    public int count() {
        return count;
    }

    // ---- Derived streams

    public static boolean isDerived(int stream) {
        return stream >= DERIVED;
    }

    /** From now on there are derived streams. */
    public void derive() {
        derived = new StreamTable();
    }

    /** True if there are derived streams. */
    public boolean derives() {
        return derived != null;
    }

    private StreamTable derived() {
        StreamTable table = derived;
        if (table == null) {
            throw new IllegalStateException("no stream is derived");
        }
        return table;
    }

    /** How many derived streams there are. */
    public int derivedCount() {
        StreamTable table = derived;
        return table == null ? 0 : table.count;
    }

    /** The number of the derived stream of this name, which is added if it is not there. */
    public int findOrAddDerived(long name, int bytes) {
        StreamTable table = derived();
        int found = table.find(name, bytes);
        if (found >= 0) {
            return DERIVED + found;
        }
        int added = table.add(name, bytes);
        int limited = findOrdinary(name, bytes);
        if (limited >= 0) {
            table.limits(added, limits(limited));
        }
        return DERIVED + added;
    }

    // ---- Names

    /** The number of a name, or -1; as readers see it: a derived stream hides another. */
    public int find(long name, int bytes) {
        StreamTable table = derived;
        if (table == null || bytes == 0 || Memory.getByte(name) != '$') {
            return findOrdinary(name, bytes);
        }
        int found = table.find(name, bytes);
        return found >= 0 ? DERIVED + found : findOrdinary(name, bytes);
    }

    /** The number of a name that is no derived stream's, or -1. */
    public int findOrdinary(long name, int bytes) {
        int hash = (int) KeyHash.of(name, bytes);
        int[] part = parts[hash >>> 24];
        if (part == null) {
            return -1;
        }
        for (int slot = hash & part.length - 1; ; slot = slot + 1 & part.length - 1) {
            int stream = part[slot];
            if (stream == FREE) {
                return -1;
            }
            long entry = entry(stream);
            if (Memory.getInt(entry + HASH) == hash
                    && nameBytes(stream) == bytes
                    && Memory.equal(nameAddress(stream), name, bytes)) {
                return stream;
            }
        }
    }

    /** Adds a name that is not there; its number. */
    public int add(long name, int bytes) {
        int hash = (int) KeyHash.of(name, bytes);
        if (count % PAGE_ENTRIES == 0) {
            pages.add(slabs.allocate((long) PAGE_ENTRIES * ENTRY_BYTES));
        }
        int stream = count++;
        long entry = entry(stream);
        Memory.putLong(entry, keep(name, bytes));
        Memory.putLong(entry + LAST, -1);
        Memory.putLong(entry + TRUNCATE_BEFORE, 0);
        Memory.putInt(entry + MAX_COUNT, 0);
        Memory.putInt(entry + MAX_AGE, 0);
        Memory.putInt(entry + HASH, hash);
        Memory.putInt(entry + FLAGS, 0);
        index(stream, hash);
        return stream;
    }

    private long keep(long name, int bytes) {
        int whole = 2 + bytes;
        if (whole > namesLeft) {
            namesLeft = Math.max(NAMES_BYTES, whole);
            names = slabs.allocate(namesLeft);
        }
        long at = names;
        Memory.putShort(at, bytes);
        Memory.copy(name, at + 2, bytes);
        names += whole;
        namesLeft -= whole;
        return at;
    }

    private void index(int stream, int hash) {
        int number = hash >>> 24;
        int[] part = parts[number];
        if (part == null) {
            part = new int[16];
            Arrays.fill(part, FREE);
            parts[number] = part;
        } else if ((partCounts[number] + 1) * 4 > part.length * 3) {
            part = larger(part);
            parts[number] = part;
        }
        partCounts[number]++;
        put(part, stream, hash);
    }

    private int[] larger(int[] part) {
        int[] larger = new int[part.length * 2];
        Arrays.fill(larger, FREE);
        for (int stream : part) {
            if (stream != FREE) {
                put(larger, stream, Memory.getInt(entry(stream) + HASH));
            }
        }
        return larger;
    }

    private static void put(int[] part, int stream, int hash) {
        int slot = hash & part.length - 1;
        while (part[slot] != FREE) {
            slot = slot + 1 & part.length - 1;
        }
        part[slot] = stream;
    }

    private long entry(int stream) {
        if (stream >= DERIVED) {
            return derived().entry(stream - DERIVED);
        }
        assert stream >= 0 && stream < count : "stream " + stream;
        return pages.get(stream / PAGE_ENTRIES) + (long) stream % PAGE_ENTRIES * ENTRY_BYTES;
    }

    /** An entry that is about to change. */
    private long changing(int stream) {
        if (stream >= DERIVED) {
            return derived().changing(stream - DERIVED);
        }
        StreamsCut running = cut;
        if (running != null) {
            running.saveBefore(stream / PAGE_ENTRIES);
        }
        return entry(stream);
    }

    /** Where the name is; it stays there. */
    public long nameAddress(int stream) {
        return Memory.getLong(entry(stream)) + 2;
    }

    public int nameBytes(int stream) {
        return Memory.getUnsignedShort(Memory.getLong(entry(stream)));
    }

    /** The name as UTF-8. */
    public byte[] nameText(int stream) {
        return Memory.bytes(nameAddress(stream), nameBytes(stream));
    }

    public String name(int stream) {
        return new String(nameText(stream), StandardCharsets.UTF_8);
    }

    /** True if it is the name of the metadata of a stream. */
    public static boolean isMeta(long name, int bytes) {
        return bytes > 2 && Memory.getByte(name) == '$' && Memory.getByte(name + 1) == '$';
    }

    // ---- What a stream has

    /** The last revision, -1 if nothing was ever written. */
    public long last(int stream) {
        return Memory.getLong(entry(stream) + LAST);
    }

    public void last(int stream, long revision) {
        Memory.putLong(changing(stream) + LAST, revision);
    }

    public Limits limits(int stream) {
        long entry = entry(stream);
        return new Limits(
                Memory.getLong(entry + TRUNCATE_BEFORE),
                Integer.toUnsignedLong(Memory.getInt(entry + MAX_COUNT)),
                Integer.toUnsignedLong(Memory.getInt(entry + MAX_AGE)));
    }

    public void limits(int stream, Limits limits) {
        StreamTable table = derived;
        if (table != null && stream < DERIVED && Memory.getByte(nameAddress(stream)) == '$') {
            int hiding = table.find(nameAddress(stream), nameBytes(stream));
            if (hiding >= 0) {
                table.limits(hiding, limits);
            }
        }
        long entry = changing(stream);
        Memory.putLong(entry + TRUNCATE_BEFORE, limits.truncateBefore());
        Memory.putInt(entry + MAX_COUNT, (int) limits.maxCount());
        Memory.putInt(entry + MAX_AGE, (int) limits.maxAgeSeconds());
    }

    /** True if it was deleted for good. */
    public boolean isTombstoned(int stream) {
        return (Memory.getInt(entry(stream) + FLAGS) & TOMBSTONE) != 0;
    }

    public void tombstone(int stream) {
        long entry = changing(stream);
        Memory.putInt(entry + FLAGS, Memory.getInt(entry + FLAGS) | TOMBSTONE);
    }

    // ---- Checkpoints

    /** Begins to save the table as it is now. One at a time. */
    public StreamsCut cut() {
        if (cut != null) {
            throw new IllegalStateException("a cut is running");
        }
        StreamsCut made = new StreamsCut(this, count, pages.size());
        cut = made;
        return made;
    }

    public boolean isCutting() {
        return cut != null;
    }

    void ended(StreamsCut over) {
        assert cut == over;
        cut = null;
    }

    long page(int index) {
        return pages.get(index);
    }

    Slabs slabs() {
        return slabs;
    }
}
