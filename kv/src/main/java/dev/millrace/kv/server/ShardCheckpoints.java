package dev.millrace.kv.server;

import dev.millrace.kernel.shard.ShardRoom;
import dev.millrace.kv.session.Checkpoints;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** The shard's checkpoints, and what INFO tells of them. */
final class ShardCheckpoints implements Checkpoints {
    private final ShardRoom shards;
    private final AtomicLong completed = new AtomicLong();

    /** The position up to which the last one, or the start, knows everything. */
    private final AtomicLong covered;

    ShardCheckpoints(ShardRoom shards) {
        this.shards = shards;
        this.covered = new AtomicLong(shards.shard().journal().end());
    }

    @Override
    public boolean begin(Consumer<Boolean> ended) {
        long position = shards.shard().journal().end();
        return shards.checkpoint(
                complete -> {
                    if (complete) {
                        completed.incrementAndGet();
                        covered.accumulateAndGet(position, Math::max);
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
    public long recordsSince() {
        return shards.shard().journal().end() - covered.get();
    }

    @Override
    public long completed() {
        return completed.get();
    }
}
