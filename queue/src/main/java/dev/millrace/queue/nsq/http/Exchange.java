package dev.millrace.queue.nsq.http;

import dev.millrace.queue.nsq.wire.Names;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.QueryStringDecoder;

import java.io.Serial;
import java.util.List;
import java.util.Optional;

/** A request, as its endpoint sees it. */
final class Exchange {
    private final QueryStringDecoder uri;
    private final ByteBuf body;
    private final Space space;

    /** Sets space aside. */
    @FunctionalInterface
    interface Space {
        /**
         * For changes of so many bytes.
         *
         * @throws Later when the request is tried again later
         * @throws HttpRefusal when there is none
         */
        void admit(long bytes) throws Later, HttpRefusal;
    }

    /** There is no space now; the request comes again, whole. */
    static final class Later extends Exception {
        @Serial private static final long serialVersionUID = 1;

        Later() {
            super("later", null, false, false);
        }
    }

    Exchange(QueryStringDecoder uri, ByteBuf body, Space space) {
        this.uri = uri;
        this.body = body;
        this.space = space;
    }

    ByteBuf body() {
        return body;
    }

    void admit(long bytes) throws Later, HttpRefusal {
        space.admit(bytes);
    }

    Optional<String> parameter(String name) {
        return uri.parameters().getOrDefault(name, List.of()).stream().findFirst();
    }

    /** A parameter that must be there. */
    String required(String name, String missing) throws HttpRefusal {
        Optional<String> found = parameter(name);
        if (found.isEmpty()) {
            throw HttpRefusal.bad(missing);
        }
        return found.get();
    }

    /** A topic's name. */
    String topic(String invalid) throws HttpRefusal {
        String name = required("topic", "MISSING_ARG_TOPIC");
        if (!Names.isValid(name)) {
            throw HttpRefusal.bad(invalid);
        }
        return name;
    }

    /** A channel's name. */
    String channel() throws HttpRefusal {
        String name = required("channel", "MISSING_ARG_CHANNEL");
        if (!Names.isValid(name)) {
            throw HttpRefusal.bad("INVALID_ARG_CHANNEL");
        }
        return name;
    }
}
