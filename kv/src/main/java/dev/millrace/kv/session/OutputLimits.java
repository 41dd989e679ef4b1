package dev.millrace.kv.session;

import dev.millrace.kernel.guard.OutputLimit;

import java.time.Duration;

/** {@code client-output-buffer-limit}: how much the clients of each class may leave unread. */
public record OutputLimits(OutputLimit normal, OutputLimit replica, OutputLimit pubsub) {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    /** Redis's own. */
    public static final OutputLimits STANDARD =
            new OutputLimits(
                    OutputLimit.none(),
                    new OutputLimit(256 << 20, 64 << 20, MINUTE),
                    new OutputLimit(32 << 20, 8 << 20, MINUTE));

    OutputLimit of(Session session) {
        if (session.peer() == Session.Peer.REPLICA) {
            return replica;
        }
        return session.subscriptions() > 0 ? pubsub : normal;
    }
}
