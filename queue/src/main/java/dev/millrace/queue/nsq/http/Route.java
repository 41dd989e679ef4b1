package dev.millrace.queue.nsq.http;

import io.netty.handler.codec.http.HttpMethod;

/**
 * One thing that can be asked.
 *
 * @param path exact, as {@code /topic/create}
 */
record Route(HttpMethod method, String path, Endpoint endpoint) {
    /** What is done. On the loop, under the store's lock. */
    @FunctionalInterface
    interface Endpoint {
        Answer answer(Exchange exchange) throws HttpRefusal, Exchange.Later;
    }

    static Route get(String path, Endpoint endpoint) {
        return new Route(HttpMethod.GET, path, endpoint);
    }

    static Route post(String path, Endpoint endpoint) {
        return new Route(HttpMethod.POST, path, endpoint);
    }
}
