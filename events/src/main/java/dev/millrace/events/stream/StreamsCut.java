package dev.millrace.events.stream;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.memory.Slabs;

/**
 * The table of streams as it was at one moment, given page by page while it changes. Under the lock
 * that guards the table.
 *
 * <pre>
 * stream: name bytes varint | name | last revision + 1 varint | truncate before varint | max count varint | max age varint | tombstone u8
 * </pre>
 */
public final class StreamsCut {
    private static final long NOT_YET = 0;
    private static final long GIVEN = -1;
    private static final long PAGE_BYTES =
            (long) StreamTable.PAGE_ENTRIES * StreamTable.ENTRY_BYTES;

    private final StreamTable table;
    private final int count;

    /** By page: not yet given, given, or where its copy is. */
    private final long[] saved;

    private int next;

    StreamsCut(StreamTable table, int count, int pages) {
        this.table = table;
        this.count = count;
        this.saved = new long[pages];
    }

    /** A page is about to change. */
    void saveBefore(int page) {
        if (page < saved.length && saved[page] == NOT_YET) {
            Slabs slabs = table.slabs();
            long copy = slabs.allocate(PAGE_BYTES);
            Memory.copy(table.page(page), copy, PAGE_BYTES);
            saved[page] = copy;
        }
    }

    public boolean hasMore() {
        return next < saved.length;
    }

    /** Gives the next page's streams. */
    public void give(NativeBuffer out) {
        int page = next++;
        long from = saved[page] == NOT_YET ? table.page(page) : saved[page];
        int first = page * StreamTable.PAGE_ENTRIES;
        for (int i = 0; i < StreamTable.PAGE_ENTRIES && first + i < count; i++) {
            put(from + (long) i * StreamTable.ENTRY_BYTES, out);
        }
        free(page);
    }

    private static void put(long entry, NativeBuffer out) {
        long name = Memory.getLong(entry);
        int nameBytes = Memory.getUnsignedShort(name);
        out.putVarint(nameBytes);
        out.put(name + 2, nameBytes);
        out.putVarint(Memory.getLong(entry + 8) + 1);
        out.putVarint(Memory.getLong(entry + 16));
        out.putVarint(Integer.toUnsignedLong(Memory.getInt(entry + 24)));
        out.putVarint(Integer.toUnsignedLong(Memory.getInt(entry + 28)));
        out.putByte(Memory.getInt(entry + 36));
    }

    private void free(int page) {
        if (saved[page] != NOT_YET && saved[page] != GIVEN) {
            table.slabs().free(saved[page]);
        }
        saved[page] = GIVEN;
    }

    /** It is over, whole or not. */
    public void end() {
        for (int page = 0; page < saved.length; page++) {
            free(page);
        }
        table.ended(this);
    }
}
