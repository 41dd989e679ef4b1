package dev.millrace.kv.session;

import java.io.IOException;
import java.nio.file.Path;

/** What the log would give at a start, read while it is written to. */
@FunctionalInterface
public interface JournalReplay {
    /** There is none. */
    JournalReplay NONE =
            file -> {
                throw new IOException("there is no journal in files");
            };

    /**
     * Replays a copy of the newest checkpoint and of all records behind it into a store of its own,
     * and writes that to a dump file. Not on a loop.
     */
    void toDump(Path file) throws IOException, InterruptedException;
}
