package dev.millrace.kernel.shard;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/** Takes checkpoints in tests. */
public final class Checkpoints {
    private Checkpoints() {}

    /** Takes one, and waits for its end; true if it is whole. */
    public static boolean take(Shard shard) throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        AtomicBoolean whole = new AtomicBoolean();
        boolean begun =
                shard.checkpoint(
                        writer -> Thread.ofPlatform().start(writer),
                        complete -> {
                            whole.set(complete);
                            ended.countDown();
                        });
        if (begun) {
            ended.await();
        }
        return begun && whole.get();
    }
}
