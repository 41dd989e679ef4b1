package dev.millrace.kernel.shard;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.journal.Disk;
import dev.millrace.kernel.journal.NewerFormatException;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

import java.io.IOException;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * The form of a checkpoint's file, in the byte order of the machine (its magic tells).
 *
 * <pre>
 * header:  u64 magic | u32 version | u32 shard | u64 position | u64 created, ms | u32 CRC32C | u32 0
 * block:   u32 bytes | u32 CRC32C of the payload and the machine | u32 machine | u32 0 | payload
 * trailer: a block of machine 0 whose payload is the number of blocks, u64
 * </pre>
 *
 * <p>A file has its final name only when it is whole and durable. Its name is its position.
 */
final class CheckpointFile {
    static final String UNFINISHED = ".unfinished";
    private static final String SUFFIX = ".checkpoint";
    private static final String HIGHEST = "0" + Long.MAX_VALUE; // 20 digits
    private static final int VERSION = 1;
    private static final int MACHINES_MAX = 256;
    private static final long MAGIC = 0x544B_4843_4C4C_494DL; // "MILLCHKT"
    static final int HEADER_BYTES = 40;
    private static final int HEADER_CHECKED_BYTES = 32;
    static final int BLOCK_HEADER_BYTES = 16;
    private static final long COPY_BYTES = 1 << 20;

    private CheckpointFile() {}

    static String name(long position) {
        return String.format(Locale.ROOT, "%020d%s", position, SUFFIX);
    }

    /** The position in a file's name, or -1. */
    static long positionOf(String name) {
        if (name.length() != 20 + SUFFIX.length() || !name.endsWith(SUFFIX)) {
            return -1;
        }
        String digits = name.substring(0, 20);
        boolean number = digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return number && digits.compareTo(HIGHEST) <= 0 ? Long.parseLong(digits) : -1;
    }

    static int crc(long address, long bytes, int machine) {
        CRC32C crc = new CRC32C();
        crc.update(machine);
        crc.update(Memory.buffer(address, bytes));
        return (int) crc.getValue();
    }

    static void writeHeader(long at, long position, long createdMillis) {
        Memory.putLong(at, MAGIC);
        Memory.putInt(at + 8, VERSION);
        Memory.putInt(at + 12, 0);
        Memory.putLong(at + 16, position);
        Memory.putLong(at + 24, createdMillis);
        Memory.putInt(at + HEADER_CHECKED_BYTES, crc(at, HEADER_CHECKED_BYTES, 0));
        Memory.putInt(at + HEADER_CHECKED_BYTES + 4, 0);
    }

    /** Writes one file from front to back. */
    static final class Writer {
        private final Disk.Output out;
        private final NativeBuffer header = new NativeBuffer(HEADER_BYTES);
        private long blocks;

        Writer(Disk.Output out, long position, long createdMillis) throws IOException {
            this.out = out;
            writeHeader(header.room(HEADER_BYTES), position, createdMillis);
            out.write(Memory.buffer(header.address(), HEADER_BYTES));
        }

        void block(int machine, long address, long bytes) throws IOException {
            header.clear();
            header.putInt(Math.toIntExact(bytes));
            header.putInt(crc(address, bytes, machine));
            header.putInt(machine);
            header.putInt(0);
            out.write(Memory.buffer(header.address(), BLOCK_HEADER_BYTES));
            out.write(Memory.buffer(address, bytes));
            blocks++;
        }

        void end() throws IOException {
            NativeBuffer count = new NativeBuffer(8);
            count.putLong(blocks);
            block(0, count.address(), count.length());
            count.free();
            header.free();
        }
    }

    /** What a file's header says. */
    record Header(long position, long createdMillis) {}

    /**
     * Reads a whole file and checks it to its last byte.
     *
     * @throws CorruptJournalException if anything in it is not as it was written
     */
    static Header read(Disk disk, String name, StoredCheckpoint.Block told) throws IOException {
        try (StoredCheckpoint stored = StoredCheckpoint.open(disk, name)) {
            stored.read(told);
            return stored.header();
        }
    }

    static Header readHeader(Disk disk, String name, long at) {
        if (Memory.getLong(at) == Long.reverseBytes(MAGIC)) {
            throw broken(disk, name, 0, "written on a machine of the other byte order");
        }
        boolean good =
                Memory.getLong(at) == MAGIC
                        && Memory.getInt(at + HEADER_CHECKED_BYTES)
                                == crc(at, HEADER_CHECKED_BYTES, 0);
        if (!good) {
            throw broken(disk, name, 0, "the header is damaged");
        }
        int version = Memory.getInt(at + 8);
        if (version > VERSION) {
            throw new NewerFormatException(where(disk, name, 8), version, VERSION);
        }
        long position = Memory.getLong(at + 16);
        if (position != positionOf(name)) {
            throw broken(
                    disk, name, 16, "position: " + position + " (expected: as in the file's name)");
        }
        return new Header(position, Memory.getLong(at + 24));
    }

    static void readBlocks(
            Disk disk, String name, long start, long bytes, StoredCheckpoint.Block told)
            throws IOException {
        long at = HEADER_BYTES;
        for (long blocks = 0; ; blocks++) {
            long left = bytes - at - BLOCK_HEADER_BYTES;
            int length = left < 0 ? -1 : Memory.getInt(start + at);
            if (length < 0 || length > left) {
                throw broken(disk, name, at, "the file ends too early");
            }
            int machine = Memory.getInt(start + at + 8);
            long payload = start + at + BLOCK_HEADER_BYTES;
            boolean good =
                    machine >= 0
                            && machine < MACHINES_MAX
                            && Memory.getInt(start + at + 4) == crc(payload, length, machine);
            if (!good) {
                throw broken(disk, name, at, "the block is damaged");
            }
            if (machine == 0) {
                if (length != 8 || left != 8 || Memory.getLong(payload) != blocks) {
                    throw broken(disk, name, at, "the trailer is damaged");
                }
                return;
            }
            told.at(machine, payload, length);
            at += BLOCK_HEADER_BYTES + length;
        }
    }

    /** Copies a whole file to another disk, under its final name only once it is durable. */
    static void copy(Disk from, String name, Disk to) throws IOException {
        try (Disk.File file = from.read(name);
                Disk.Output out = to.write(name + UNFINISHED)) {
            long start = file.map().address();
            long bytes = file.bytes();
            for (long at = 0; at < bytes; at += COPY_BYTES) {
                out.write(Memory.buffer(start + at, Math.min(COPY_BYTES, bytes - at)));
            }
            out.force();
        }
        to.rename(name + UNFINISHED, name);
    }

    /** The newest position that a file's name says, 0 if there is none. */
    static long newest(Disk disk) throws IOException {
        long newest = 0;
        for (String name : disk.list()) {
            newest = Math.max(newest, positionOf(name));
        }
        return newest;
    }

    private static String where(Disk disk, String name, long offset) {
        return disk + "/" + name + " at offset " + offset;
    }

    static CorruptJournalException broken(Disk disk, String name, long offset, String what) {
        return new CorruptJournalException(
                where(disk, name, offset) + ": " + what + ". Restore a backup");
    }
}
