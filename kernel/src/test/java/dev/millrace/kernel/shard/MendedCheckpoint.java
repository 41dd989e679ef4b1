package dev.millrace.kernel.shard;

import dev.millrace.kernel.memory.Memory;

import java.lang.foreign.MemorySegment;

/** Checkpoint files out of any bytes, with all sums put right; see {@code Mended}. For tests. */
public final class MendedCheckpoint {
    private MendedCheckpoint() {}

    /** The name of a checkpoint's file. */
    public static String name(long position) {
        return CheckpointFile.name(position);
    }

    /**
     * Gives the memory the header of a checkpoint, and reads what follows as blocks: where one
     * could stand by its length its sum is put right, and the last one is made the trailer if it
     * fits.
     */
    public static void mend(MemorySegment memory, long position) {
        long bytes = memory.byteSize();
        if (bytes < CheckpointFile.HEADER_BYTES) {
            return;
        }
        long start = memory.address();
        CheckpointFile.writeHeader(start, position, 0);
        long at = CheckpointFile.HEADER_BYTES;
        for (long blocks = 0; bytes - at >= CheckpointFile.BLOCK_HEADER_BYTES; blocks++) {
            long left = bytes - at - CheckpointFile.BLOCK_HEADER_BYTES;
            long payload = start + at + CheckpointFile.BLOCK_HEADER_BYTES;
            int length = Memory.getInt(start + at);
            int machine = Memory.getInt(start + at + 8);
            if (left == 8) {
                length = 8;
                machine = 0;
                Memory.putInt(start + at, length);
                Memory.putInt(start + at + 8, machine);
                Memory.putLong(payload, blocks);
            }
            if (length < 0 || length > left) {
                return;
            }
            Memory.putInt(start + at + 4, CheckpointFile.crc(payload, length, machine));
            at += CheckpointFile.BLOCK_HEADER_BYTES + length;
        }
    }
}
