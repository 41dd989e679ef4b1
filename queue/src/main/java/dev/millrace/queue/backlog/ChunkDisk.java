package dev.millrace.queue.backlog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Where the files of chunks are. Any thread; every call may take as long as a disk takes. */
public interface ChunkDisk {
    /** Writes all that remains in the buffer; the file is made if it is not there. */
    void write(String file, long position, ByteBuffer bytes) throws IOException;

    /**
     * Fills the buffer.
     *
     * @throws java.io.EOFException if the file ends before
     */
    void read(String file, long position, ByteBuffer bytes) throws IOException;

    /** What was written to the file, if it is still there, is on the medium when it returns. */
    void force(String file) throws IOException;

    /** Deletes a file; none of that name is well, too. */
    void delete(String file) throws IOException;

    List<String> list() throws IOException;
}
