package dev.millrace.events.api;

import dev.millrace.events.grpc.Method;
import dev.millrace.events.server.EventsLoop;
import dev.millrace.events.subscription.Subscriptions;

import java.util.List;

/** The service PersistentSubscriptions of persistent.proto. */
final class PersistentSubscriptions {
    static final String SERVICE =
            "event_store.client.persistent_subscriptions.PersistentSubscriptions";

    /** What groups can be of. */
    private static final List<String> FEATURES = List.of("stream", "all");

    private PersistentSubscriptions() {}

    static List<Method> methods(EventsLoop loop, Subscriptions subscriptions) {
        return List.of(
                method("Create", call -> DefiningGroup.create(loop, subscriptions, call)),
                method("Update", call -> DefiningGroup.update(loop, subscriptions, call)),
                method("Delete", call -> DeletingGroup.begin(loop, subscriptions, call)),
                method("Read", call -> Consuming.begin(loop, subscriptions, call)),
                method("GetInfo", call -> GroupInfo.one(loop, subscriptions, call)),
                method("List", call -> GroupInfo.list(loop, subscriptions, call)),
                method("ReplayParked", call -> ReplayingParked.begin(loop, subscriptions, call)),
                method("RestartSubsystem", call -> Restarting.begin(loop, subscriptions, call)));
    }

    private static Method method(String name, Method.Start start) {
        return new Method(SERVICE, name, FEATURES, start);
    }
}
