package dev.millrace.registry.http;

/**
 * One thing that can be asked.
 *
 * @param path exact, as {@code /v1/catalog/nodes}; or, with a slash at its end, the beginning of
 *     one whose rest names what is meant, as {@code /v1/health/service/}
 */
public record Route(String method, String path, Endpoint endpoint) {
    /** How it is answered. On the loop. */
    public sealed interface Endpoint {}

    /** What is read of the state that is to be seen; who asks may wait for a change. */
    @FunctionalInterface
    public non-sealed interface Read extends Endpoint {
        Found find(Query query) throws Refusal;
    }

    /** What is changed. It only says what; under the store's lock. */
    @FunctionalInterface
    public non-sealed interface Write extends Endpoint {
        Plan plan(Query query) throws Refusal;
    }

    /**
     * What is done where a state is not all there is: reports to checks, sessions that are renewed.
     * Under the store's lock, and what it changes is part of the same record; answered when that is
     * durable.
     */
    @FunctionalInterface
    public non-sealed interface Act extends Endpoint {
        Reply act(Query query) throws Refusal;
    }

    public static Route act(String path, Act endpoint) {
        return new Route("PUT", path, endpoint);
    }

    public static Route get(String path, Read endpoint) {
        return new Route("GET", path, endpoint);
    }

    public static Route put(String path, Write endpoint) {
        return new Route("PUT", path, endpoint);
    }

    public static Route post(String path, Write endpoint) {
        return new Route("POST", path, endpoint);
    }

    public static Route delete(String path, Write endpoint) {
        return new Route("DELETE", path, endpoint);
    }
}
