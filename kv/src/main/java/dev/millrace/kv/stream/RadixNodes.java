package dev.millrace.kv.stream;

import dev.millrace.kv.collection.StreamValue;
import dev.millrace.kv.store.Place;

/**
 * How many nodes Redis's radix tree has for the nodes of a stream: XINFO STREAM tells it, and it
 * follows from their IDs. A node is for each ID, each place where several part, and each run of
 * bytes between those in which they do not.
 */
final class RadixNodes {
    private static final int KEY_BYTES = 16;

    /** How deep the places are where the last ID parts from those before it, downwards. */
    private final int[] depths = new int[KEY_BYTES];

    private int count;
    private int nodes;
    private boolean any;
    private long lastMs;
    private long lastSeq;

    private RadixNodes() {}

    static int of(Place key) {
        RadixNodes radix = new RadixNodes();
        StreamValue.eachNode(key, (ms, seq, pack) -> radix.add(ms, seq));
        return radix.all();
    }

    private void add(long ms, long seq) {
        if (any) {
            partAt(common(ms, seq));
        }
        any = true;
        lastMs = ms;
        lastSeq = seq;
    }

    private int common(long ms, long seq) {
        return ms != lastMs
                ? Long.numberOfLeadingZeros(ms ^ lastMs) / Byte.SIZE
                : Long.BYTES + Long.numberOfLeadingZeros(seq ^ lastSeq) / Byte.SIZE;
    }

    /** The next ID parts from the last one at this depth: what is deeper is done with. */
    private void partAt(int depth) {
        int below = KEY_BYTES;
        while (count > 0 && depths[count - 1] > depth) {
            close(below, depths[count - 1]);
            below = depths[--count];
        }
        close(below, depth);
        if (count == 0 || depths[count - 1] < depth) {
            depths[count++] = depth;
        }
    }

    /** Counts a node at a depth below a place where IDs part, and the run between them. */
    private void close(int depth, int above) {
        nodes += depth > above + 1 ? 2 : 1;
    }

    private int all() {
        if (!any) {
            return 1;
        }
        int below = KEY_BYTES;
        while (count > 0) {
            close(below, depths[count - 1]);
            below = depths[--count];
        }
        return nodes + (below > 0 ? 2 : 1);
    }
}
