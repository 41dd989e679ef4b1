package dev.millrace.events.grpc;

import java.util.List;

/**
 * One method of a service.
 *
 * @param service its whole name, as in {@code event_store.client.streams.Streams}
 * @param name as in {@code Append}
 * @param features what clients are told that it can do
 */
public record Method(String service, String name, List<String> features, Start start) {
    /** A method of which nothing is told. */
    public Method(String service, String name, Start start) {
        this(service, name, List.of(), start);
    }

    /** What begins a call. */
    @FunctionalInterface
    public interface Start {
        Requests begin(Call call);
    }

    /** As in the request's {@code :path}. */
    public String path() {
        return "/" + service + "/" + name;
    }
}
