package dev.millrace.events.api;

import dev.millrace.events.append.Appender;
import dev.millrace.events.grpc.Method;
import dev.millrace.events.server.EventsLoop;

import java.util.List;

/** The service Streams of streams.proto. */
final class Streams {
    static final String SERVICE = "event_store.client.streams.Streams";

    private Streams() {}

    static List<Method> methods(EventsLoop loop, Appender appender) {
        return List.of(
                new Method(SERVICE, "Read", call -> new Reading(loop, call)),
                new Method(SERVICE, "Append", call -> new Appending(loop, appender, call)),
                new Method(
                        SERVICE, "BatchAppend", call -> new BatchAppending(loop, appender, call)),
                new Method(SERVICE, "Delete", call -> new Deleting(loop, appender, false, call)),
                new Method(SERVICE, "Tombstone", call -> new Deleting(loop, appender, true, call)));
    }
}
