package dev.millrace.events.grpc;

/**
 * One method of a service.
 *
 * @param service its whole name, as in {@code event_store.client.streams.Streams}
 * @param name as in {@code Append}
 */
public record Method(String service, String name, Start start) {
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
