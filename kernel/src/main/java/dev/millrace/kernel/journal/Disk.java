package dev.millrace.kernel.journal;

import java.io.IOException;
import java.io.Serial;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The directory a journal keeps its files in. The simulator has one of its own that loses unsynced
 * bytes, runs full and fails.
 */
public interface Disk {
    /** Names of the files there, in no order. */
    List<String> list() throws IOException;

    /**
     * Makes a file of {@code bytes} whose space is truly allocated, so that no later store to its
     * mapping meets a full disk. The file and its name are durable on return.
     *
     * @param front what remains in it is what the file begins with; the rest is zeros
     * @throws DiskFullException if there is no room; nothing of the file is left
     */
    File create(String name, long bytes, ByteBuffer front) throws IOException;

    File open(String name) throws IOException;

    /** Opens a file that is not to be changed; it may lie where nothing can be written. */
    File read(String name) throws IOException;

    /** Makes an empty file to be written from front to back; an old one of the name is replaced. */
    Output write(String name) throws IOException;

    /** Gives a file another name, which is durable on return; an old one of that name is gone. */
    void rename(String from, String to) throws IOException;

    /**
     * Deletes a file; after a power cut it may be there again, but none that was deleted before.
     */
    void delete(String name) throws IOException;

    /** Bytes that can still be allocated. */
    long freeBytes() throws IOException;

    /**
     * Names the run of the machine's kernel. While it stays the same no power was lost, and the
     * page cache holds every store any process made.
     */
    String bootId();

    /** An open file. */
    interface File extends AutoCloseable {
        long bytes() throws IOException;

        /** The file in memory, shared with the page cache; valid until {@link #close}. */
        MemorySegment map() throws IOException;

        /**
         * Faults the mapping's pages in, all at once, so that stores to them need not, one by one.
         * Until then, and where it can do nothing, they take no memory of the process. From any
         * thread; a closed file is left alone.
         */
        default void populate() {}

        /**
         * Stores the front of the file anew, as it is in memory. After a sync that failed the
         * kernel takes bytes for written that are not, and the next sync succeeds without them.
         */
        void rewrite(long bytes) throws IOException;

        /**
         * Stores to the bytes from {@code from} to before {@code to} that were made before the call
         * are on the medium when it returns. Others may be or not: it takes as long as these do.
         */
        void force(long from, long to) throws IOException;

        /**
         * Cuts the file; no byte after {@code bytes} is in it any more. The mapping must not be
         * used.
         */
        void truncate(long bytes) throws IOException;

        @Override
        void close() throws IOException;
    }

    /** A file being written. */
    interface Output extends AutoCloseable {
        /**
         * Appends all that remains in the buffer.
         *
         * @throws DiskFullException if there is no room
         */
        void write(ByteBuffer bytes) throws IOException;

        /** All that was written is on the medium when it returns. */
        void force() throws IOException;

        @Override
        void close() throws IOException;
    }

    /** The medium has no room. */
    final class DiskFullException extends IOException {
        @Serial private static final long serialVersionUID = 1;

        public DiskFullException(String message) {
            super(message);
        }
    }
}
