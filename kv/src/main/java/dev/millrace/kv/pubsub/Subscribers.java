package dev.millrace.kv.pubsub;

import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Session;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Who listens to one name, by lane.
 *
 * <p>A lane's set is touched by that lane's thread alone; how many are in it can be read by all. So
 * a publisher sees where somebody listens, without a lock, and hands each such lane the message
 * once; the lane then writes it to its own clients. A message and a subscription meet in the order
 * in which the subscriber's lane comes to them: after the confirmation, never before.
 */
final class Subscribers {
    private final AtomicIntegerArray counts;
    private final @Nullable Set<Session>[] sessions;

    @SuppressWarnings({"unchecked", "rawtypes"})
    Subscribers(int lanes) {
        counts = new AtomicIntegerArray(lanes);
        sessions = new @Nullable Set[lanes];
    }

    /** On the session's lane. */
    void add(Session session) {
        int lane = session.lane().index();
        Set<Session> here = sessions[lane];
        if (here == null) {
            here = LinkedHashSet.newLinkedHashSet(1);
            sessions[lane] = here;
        }
        here.add(session);
        counts.set(lane, here.size());
    }

    /** On the session's lane. */
    void remove(Session session) {
        int lane = session.lane().index();
        Set<Session> here = sessions[lane];
        if (here != null) {
            here.remove(session);
            counts.set(lane, here.size());
        }
    }

    int count() {
        int sum = 0;
        for (int i = 0; i < counts.length(); i++) {
            sum += counts.get(i);
        }
        return sum;
    }

    /**
     * Sends a message to all, from a lane's thread.
     *
     * @return how many they are
     */
    int send(Lane from, byte[] message, long dependsOn) {
        int receivers = 0;
        for (int i = 0; i < counts.length(); i++) {
            int there = counts.get(i);
            if (there > 0) {
                receivers += there;
                hand(from, i, message, dependsOn);
            }
        }
        return receivers;
    }

    private void hand(Lane from, int index, byte[] message, long dependsOn) {
        if (index == from.index()) {
            deliver(index, message, dependsOn);
        } else {
            from.server().lanes().get(index).tell(() -> deliver(index, message, dependsOn));
        }
    }

    /** On that lane. The message is encoded once for each protocol. */
    private void deliver(int lane, byte[] message, long dependsOn) {
        Set<Session> here = sessions[lane];
        if (here == null) {
            return;
        }
        byte @Nullable [] push = null;
        for (Session session : here) {
            if (session.protocol() == 2) {
                session.post(message, dependsOn);
            } else {
                if (push == null) {
                    push = Encoding.asPush(message);
                }
                session.post(push, dependsOn);
            }
        }
    }
}
