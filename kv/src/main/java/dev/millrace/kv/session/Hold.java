package dev.millrace.kv.session;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Has writes wait until it is ended, for the server itself and not for a client.
 *
 * <p>A write that had passed that gate already is executed before its lane's next task: from when
 * each lane has had one, nothing is written.
 */
public final class Hold {
    private final KvServer server;
    private final AtomicInteger lanesBefore;
    private final AtomicBoolean ended = new AtomicBoolean();

    Hold(KvServer server) {
        this.server = server;
        this.lanesBefore = new AtomicInteger(server.lanes().size());
    }

    void begin() {
        server.lanes().forEach(lane -> lane.loop().execute(lanesBefore::decrementAndGet));
    }

    /** What was let through before is done. */
    public boolean isComplete() {
        return lanesBefore.get() == 0;
    }

    /** What waits goes on, unless something else holds it; twice is quiet. */
    public void end() {
        if (ended.compareAndSet(false, true)) {
            server.endHold();
        }
    }
}
