package dev.millrace.events.log;

import io.netty.buffer.ByteBuf;

/** Events of consecutive positions, read back from a file into memory. */
final class LoadedPiece {
    private final ByteBuf bytes;
    private final int[] offsets;

    /**
     * @param bytes the events; they are this one's now
     * @param offsets where in there each lies, in the order of positions
     */
    LoadedPiece(ByteBuf bytes, int[] offsets) {
        this.bytes = bytes;
        this.offsets = offsets;
    }

    int count() {
        return offsets.length;
    }

    /** Where the event is, by its number in the order of positions. */
    long at(int index) {
        return bytes.memoryAddress() + offsets[index];
    }

    /** The number of the first event with this position or a later one. */
    int find(long position) {
        int low = 0;
        int high = offsets.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Event.position(at(middle)) < position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    long heldBytes() {
        return bytes.capacity();
    }

    void release() {
        bytes.release();
    }
}
