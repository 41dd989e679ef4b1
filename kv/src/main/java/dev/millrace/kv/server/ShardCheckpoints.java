package dev.millrace.kv.server;

import dev.millrace.kernel.shard.ShardRoom;
import dev.millrace.kv.session.Checkpoints;
import dev.millrace.kv.session.KvServer;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** The shard's checkpoints, and what INFO tells of them. */
final class ShardCheckpoints implements Checkpoints {
    private final ShardRoom shards;
    private final AtomicLong completed = new AtomicLong();

    private final KvServer server;

    /** {@link KvServer#changes} when the last complete one began; 0 at the start. */
    private final AtomicLong covered = new AtomicLong();

    ShardCheckpoints(ShardRoom shards, KvServer server) {
        this.shards = shards;
        this.server = server;
    }

    @Override
    public boolean begin(Consumer<Boolean> ended) {
        long changes = server.changes();
        return shards.checkpoint(
                complete -> {
                    if (complete) {
                        completed.incrementAndGet();
                        covered.accumulateAndGet(changes, Math::max);
                    }
                    ended.accept(complete);
                });
    }

    @Override
    public boolean isRunning() {
        return shards.shard().isCheckpointing();
    }

    @Override
    public long lastMillis() {
        return shards.shard().lastCheckpointMillis();
    }

    @Override
    public boolean isLastComplete() {
        return shards.shard().lastCheckpointComplete();
    }

    @Override
    public long changesSince() {
        return server.changes() - covered.get();
    }

    @Override
    public long completed() {
        return completed.get();
    }
}
