package dev.millrace.kv.server;

import dev.millrace.kernel.journal.Progress;
import dev.millrace.kernel.shard.ShardRoom;
import dev.millrace.kv.rdb.RdbExport;
import dev.millrace.kv.session.JournalReplay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Replays a copy of the shard, which is made beside its data and deleted afterwards.
 *
 * @param folder where the copy is made; what an earlier one has left there goes first
 */
record ShardReplay(ShardRoom shards, Path folder, Clock clock) implements JournalReplay {
    @Override
    public void toDump(Path file) throws IOException, InterruptedException {
        delete();
        try {
            shards.copy(folder, clock.millis());
            RdbExport.run(folder, file, clock, Progress.UNSEEN);
        } finally {
            delete();
        }
    }

    private void delete() throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> found = Files.walk(folder)) {
            all = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }
}
