package dev.millrace.events.state;

import java.util.Arrays;

/**
 * The ids of the newest events, and where each stands: by them a repeated append with no expected
 * version is known for what it is. A ring with a hash table over it; it begins small and grows to
 * {@value #EVENTS_MAX} events.
 */
public final class RecentIds {
    static final int EVENTS_MAX = 1 << 17;

    private static final int EVENTS_MIN = 1 << 10;
    private static final int FREE = -1;

    private long[] highs = new long[EVENTS_MIN];
    private long[] lows = new long[EVENTS_MIN];
    private long[] revisions = new long[EVENTS_MIN];
    private int[] streams = new int[EVENTS_MIN];

    /** Slots of the ring, by hash; twice as many as the ring has. */
    private int[] table = table(EVENTS_MIN);

    private long added;

    private static int[] table(int events) {
        int[] made = new int[events * 2];
        Arrays.fill(made, FREE);
        return made;
    }

    void add(long high, long low, int stream, long revision) {
        if (added == highs.length && highs.length < EVENTS_MAX) {
            grow();
        }
        int slot = (int) (added & highs.length - 1);
        if (added >= highs.length) {
            remove(slot);
        }
        highs[slot] = high;
        lows[slot] = low;
        streams[slot] = stream;
        revisions[slot] = revision;
        added++;
        put(slot);
    }

    private void grow() {
        int larger = highs.length * 2;
        highs = Arrays.copyOf(highs, larger);
        lows = Arrays.copyOf(lows, larger);
        revisions = Arrays.copyOf(revisions, larger);
        streams = Arrays.copyOf(streams, larger);
        table = table(larger);
        for (int slot = 0; slot < added; slot++) {
            put(slot);
        }
    }

    private int home(long high, long low) {
        long mixed = (high ^ Long.rotateLeft(low, 32)) * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 40) & table.length - 1;
    }

    private void put(int slot) {
        int at = home(highs[slot], lows[slot]);
        while (table[at] != FREE) {
            at = at + 1 & table.length - 1;
        }
        table[at] = slot;
    }

    /** Takes a slot out of the table; those that were moved on by it move back. */
    private void remove(int slot) {
        int at = home(highs[slot], lows[slot]);
        while (table[at] != slot) {
            at = at + 1 & table.length - 1;
        }
        int hole = at;
        for (int next = at + 1 & table.length - 1;
                table[next] != FREE;
                next = next + 1 & table.length - 1) {
            int wanted = home(highs[table[next]], lows[table[next]]);
            boolean stays =
                    hole < next ? wanted > hole && wanted <= next : wanted > hole || wanted <= next;
            if (!stays) {
                table[hole] = table[next];
                hole = next;
            }
        }
        table[hole] = FREE;
    }

    /** The revision that an event has in a stream, if it is among the newest; else -1. */
    public long revision(long high, long low, int stream) {
        for (int at = home(high, low); table[at] != FREE; at = at + 1 & table.length - 1) {
            int slot = table[at];
            if (highs[slot] == high && lows[slot] == low && streams[slot] == stream) {
                return revisions[slot];
            }
        }
        return -1;
    }
}
