package dev.millrace.events.api;

import dev.millrace.events.grpc.Call;
import dev.millrace.events.grpc.Requests;
import dev.millrace.events.server.EventsLoop;
import dev.millrace.events.subscription.Subscriptions;

/** PersistentSubscriptions.RestartSubsystem: every consumer has to come again. */
final class Restarting {
    private Restarting() {}

    static Requests begin(EventsLoop loop, Subscriptions subscriptions, Call call) {
        return new Unary<>(
                loop,
                call,
                in -> true, // Empty of shared.proto.
                (_, unary) -> {
                    subscriptions.restart();
                    unary.answer(out -> {});
                });
    }
}
