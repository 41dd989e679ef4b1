package dev.millrace.queue.nsq.http;

import io.netty.handler.codec.http.HttpMethod;

import java.util.List;

/** All that can be asked at one port. */
public final class Routes {
    private final List<Route> all;

    Routes(List<Route> all) {
        this.all = List.copyOf(all);
    }

    Route find(HttpMethod method, String path) throws HttpRefusal {
        boolean known = false;
        for (Route route : all) {
            if (route.path().equals(path)) {
                known = true;
                if (route.method().equals(method)) {
                    return route;
                }
            }
        }
        throw known
                ? new HttpRefusal(405, "METHOD_NOT_ALLOWED")
                : HttpRefusal.notFound("NOT_FOUND");
    }
}
