package dev.millrace.kernel.shard;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.journal.Disk;

import java.io.IOException;

/**
 * A whole checkpoint's file, open to be read as often as one likes. It stays readable until it is
 * closed, also when a newer one has taken its place and its name is gone. One thread at a time.
 */
public final class StoredCheckpoint implements AutoCloseable {
    private final Disk disk;
    private final String name;
    private final Disk.File file;
    private final long start;
    private final long bytes;
    private final CheckpointFile.Header header;

    private StoredCheckpoint(Disk disk, String name, Disk.File file) throws IOException {
        this.disk = disk;
        this.name = name;
        this.file = file;
        this.bytes = file.bytes();
        if (bytes < CheckpointFile.HEADER_BYTES) {
            throw CheckpointFile.broken(
                    disk,
                    name,
                    0,
                    "bytes: " + bytes + " (expected: >= " + CheckpointFile.HEADER_BYTES + ")");
        }
        this.start = file.map().address();
        this.header = CheckpointFile.readHeader(disk, name, start);
    }

    /**
     * Opens one, and checks its header.
     *
     * @throws CorruptJournalException if that is not as it was written
     */
    static StoredCheckpoint open(Disk disk, String name) throws IOException {
        Disk.File file = disk.read(name);
        boolean opened = false;
        try {
            StoredCheckpoint stored = new StoredCheckpoint(disk, name, file);
            opened = true;
            return stored;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    CheckpointFile.Header header() {
        return header;
    }

    /** Every effect up to this position is in it, and none after. */
    public long position() {
        return header.position();
    }

    /** Bytes of the file. */
    public long bytes() {
        return bytes;
    }

    /** Takes one block of a state machine. */
    @FunctionalInterface
    public interface Block {
        /**
         * @param address stays valid until the checkpoint is closed
         */
        void at(int machine, long address, int bytes) throws IOException;
    }

    /**
     * Tells of every block, in the order in which they were given, and checks it before.
     *
     * @throws CorruptJournalException if anything is not as it was written
     */
    public void read(Block told) throws IOException {
        CheckpointFile.readBlocks(disk, name, start, bytes, told);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
