package dev.millrace.kv.rdb;

import dev.millrace.kv.replication.Following;
import dev.millrace.kv.store.ServerState;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A data directory has half of what its master had: neither the old nor the new. */
public final class HalfCopy extends IOException {
    private static final long serialVersionUID = 1L;

    private HalfCopy(String message) {
        super(message);
    }

    static void refuse(Path data, ServerState state) throws HalfCopy {
        Optional<String> master = Following.halfOf(state);
        if (master.isPresent()) {
            throw new HalfCopy(
                    data
                            + ": half a copy of "
                            + master.get()
                            + " (expected: a whole one; a node that is started on it completes it,"
                            + " REPLICAOF NO ONE forgets it)");
        }
    }
}
