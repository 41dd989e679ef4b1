package dev.millrace.events.api;

import dev.millrace.events.append.Appender;
import dev.millrace.events.grpc.Method;
import dev.millrace.events.server.EventsLoop;
import dev.millrace.events.subscription.Subscriptions;

import java.util.ArrayList;
import java.util.List;

/** Every service of the room. A further one is added here and nowhere else. */
public final class Services {
    /** The longest message of a client: an append with all that belongs to it. */
    public static final int MESSAGE_BYTES_MAX = AppendJob.BYTES_MAX + (1 << 20);

    private Services() {}

    public static List<Method> all(
            EventsLoop loop, Appender appender, Subscriptions subscriptions) {
        List<Method> methods = new ArrayList<>(Streams.methods(loop, appender));
        methods.addAll(PersistentSubscriptions.methods(loop, subscriptions));
        methods.add(AppendSession.method(loop, appender));
        methods.add(Gossip.method(loop::nowMillis));
        methods.add(ServerFeatures.method(methods));
        return List.copyOf(methods);
    }
}
