package dev.millrace.kv.server;

import dev.millrace.kernel.shard.ShardRoom;
import dev.millrace.kv.session.Checkpoints;

import java.util.function.Consumer;

/** The shard's checkpoints, and what INFO tells of them. */
record ShardCheckpoints(ShardRoom shards) implements Checkpoints {
    @Override
    public boolean begin(Consumer<Boolean> ended) {
        return shards.checkpoint(ended);
    }

    @Override
    public boolean isRunning() {
        return shards.shard().isCheckpointing();
    }

    @Override
    public boolean isLastComplete() {
        return shards.shard().lastCheckpointComplete();
    }

    @Override
    public long completed() {
        return shards.shard().checkpointsCompleted();
    }
}
