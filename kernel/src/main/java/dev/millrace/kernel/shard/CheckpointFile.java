package dev.millrace.kernel.shard;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.journal.Disk;
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
    private static final int VERSION = 1;
    private static final long MAGIC = 0x544B_4843_4C4C_494DL; // "MILLCHKT"
    private static final int HEADER_BYTES = 40;
    private static final int HEADER_CHECKED_BYTES = 32;
    private static final int BLOCK_HEADER_BYTES = 16;

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
        return digits.chars().allMatch(c -> c >= '0' && c <= '9') ? Long.parseLong(digits) : -1;
    }

    private static int crc(long address, long bytes, int machine) {
        CRC32C crc = new CRC32C();
        crc.update(machine);
        crc.update(Memory.buffer(address, bytes));
        return (int) crc.getValue();
    }

    /** Writes one file from front to back. */
    static final class Writer {
        private final Disk.Output out;
        private final NativeBuffer header = new NativeBuffer(HEADER_BYTES);
        private long blocks;

        Writer(Disk.Output out, long position, long createdMillis) throws IOException {
            this.out = out;
            header.putLong(MAGIC);
            header.putInt(VERSION);
            header.putInt(0);
            header.putLong(position);
            header.putLong(createdMillis);
            header.putInt(crc(header.address(), HEADER_CHECKED_BYTES, 0));
            header.putInt(0);
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

    /** Takes one block. */
    interface Loader {
        void block(int machine, long address, int bytes);
    }

    /**
     * Reads a whole file.
     *
     * @return its position
     * @throws CorruptJournalException if anything in it is not as it was written
     */
    static long read(Disk disk, String name, Loader loader) throws IOException {
        try (Disk.File file = disk.open(name)) {
            long bytes = file.bytes();
            if (bytes < HEADER_BYTES) {
                throw broken(disk, name, 0, "bytes: " + bytes + " (expected: >= " + HEADER_BYTES);
            }
            long start = file.map().address();
            long position = readHeader(disk, name, start);
            readBlocks(disk, name, start, bytes, loader);
            return position;
        }
    }

    private static long readHeader(Disk disk, String name, long at) {
        boolean good =
                Memory.getLong(at) == MAGIC
                        && Memory.getInt(at + HEADER_CHECKED_BYTES)
                                == crc(at, HEADER_CHECKED_BYTES, 0);
        if (!good) {
            throw broken(disk, name, 0, "the header is damaged");
        }
        int version = Memory.getInt(at + 8);
        if (version > VERSION) {
            throw broken(
                    disk,
                    name,
                    8,
                    "format version: "
                            + version
                            + " (expected: <= "
                            + VERSION
                            + "); it was written by a newer millrace, start that one");
        }
        return Memory.getLong(at + 16);
    }

    private static void readBlocks(
            Disk disk, String name, long start, long bytes, Loader loader) {
        long at = HEADER_BYTES;
        for (long blocks = 0; ; blocks++) {
            long left = bytes - at - BLOCK_HEADER_BYTES;
            int length = left < 0 ? -1 : Memory.getInt(start + at);
            if (length < 0 || length > left) {
                throw broken(disk, name, at, "the file ends too early");
            }
            int machine = Memory.getInt(start + at + 8);
            long payload = start + at + BLOCK_HEADER_BYTES;
            if (Memory.getInt(start + at + 4) != crc(payload, length, machine)) {
                throw broken(disk, name, at, "the block is damaged");
            }
            if (machine == 0) {
                if (length != 8 || Memory.getLong(payload) != blocks) {
                    throw broken(disk, name, at, "the trailer is damaged");
                }
                return;
            }
            loader.block(machine, payload, length);
            at += BLOCK_HEADER_BYTES + length;
        }
    }

    private static CorruptJournalException broken(
            Disk disk, String name, long offset, String what) {
        return new CorruptJournalException(
                disk
                        + "/"
                        + name
                        + " at offset "
                        + offset
                        + ": "
                        + what
                        + ". Restore a backup");
    }
}
