package dev.millrace.queue.nsq.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

import dev.millrace.queue.server.Outlet;
import dev.millrace.queue.server.QueueLoop;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;

import java.util.ArrayDeque;

/**
 * An HTTP client's socket. Its requests are answered one after the other; an answer that tells of a
 * change waits until that is durable.
 */
public final class HttpConnection extends ChannelInboundHandlerAdapter {
    private static final int SLACK_BYTES = 64 * 1024;

    private final QueueLoop loop;
    private final Routes routes;
    private final Outlet outlet;
    private final ArrayDeque<FullHttpRequest> waiting = new ArrayDeque<>();
    private boolean later;
    private boolean gone;

    private HttpConnection(QueueLoop loop, Routes routes, Outlet outlet) {
        this.loop = loop;
        this.routes = routes;
        this.outlet = outlet;
    }

    /**
     * Makes a connection one of HTTP.
     *
     * @param bodyBytesMax the longest body that an endpoint takes
     */
    public static void on(Channel channel, QueueLoop loop, Routes routes, int bodyBytesMax) {
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(new HttpServerCodec());
        pipeline.addLast(new HttpServerKeepAliveHandler());
        pipeline.addLast(new HttpObjectAggregator(bodyBytesMax + SLACK_BYTES));
        pipeline.addLast(new HttpConnection(loop, routes, loop.outlet(channel)));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        waiting.add((FullHttpRequest) message);
        next();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        gone = true;
        waiting.forEach(FullHttpRequest::release);
        waiting.clear();
        outlet.gone();
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    private void next() {
        while (!later && !gone && !waiting.isEmpty()) {
            FullHttpRequest request = waiting.element();
            try {
                Answer answer = answer(request);
                send(response(200, answer.body(), answer.json()), answer.changed());
            } catch (HttpRefusal refusal) {
                send(response(refusal.status(), message(refusal), true), false);
            } catch (Exchange.Later noSpace) {
                later = true;
                return;
            }
            waiting.remove().release();
        }
    }

    private void again() {
        later = false;
        next();
    }

    private Answer answer(FullHttpRequest request) throws HttpRefusal, Exchange.Later {
        if (request.decoderResult().isFailure()) {
            throw HttpRefusal.bad("INVALID_REQUEST");
        }
        QueryStringDecoder uri = new QueryStringDecoder(request.uri());
        Route route = routes.find(request.method(), uri.path());
        Outcome outcome = new Outcome();
        loop.change(
                () ->
                        outcome.of(
                                route,
                                new Exchange(uri, request.content().duplicate(), this::admit)));
        return outcome.get();
    }

    private void admit(long bytes) throws HttpRefusal, Exchange.Later {
        switch (loop.admit(bytes, this::again)) {
            case ADMITTED -> {}
            case WAIT -> throw new Exchange.Later();
            case REFUSED -> throw new HttpRefusal(503, loop.store().journal().trouble());
        }
    }

    /** What an endpoint did within a change. */
    private static final class Outcome {
        private Answer answer = Answer.text("");
        private boolean laterOn;
        private HttpRefusal refusal = new HttpRefusal(503, "EXITING");
        private boolean refused = true;

        void of(Route route, Exchange exchange) {
            try {
                answer = route.endpoint().answer(exchange);
                refused = false;
            } catch (HttpRefusal no) {
                refusal = no;
            } catch (Exchange.Later noSpace) {
                laterOn = true;
            }
        }

        Answer get() throws HttpRefusal, Exchange.Later {
            if (laterOn) {
                throw new Exchange.Later();
            }
            if (refused) {
                throw refusal;
            }
            return answer;
        }
    }

    private static String message(HttpRefusal refusal) {
        return "{\"message\":\""
                + new String(JsonStringEncoder.getInstance().quoteAsString(refusal.word()))
                + "\"}";
    }

    private static FullHttpResponse response(int status, String body, boolean json) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(status),
                        ByteBufUtil.writeUtf8(
                                io.netty.buffer.UnpooledByteBufAllocator.DEFAULT, body));
        response.headers()
                .set(
                        HttpHeaderNames.CONTENT_TYPE,
                        json ? "application/json; charset=utf-8" : "text/plain; charset=utf-8")
                .set("X-NSQ-Content-Type", "nsq; version=1.0")
                .setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
        return response;
    }

    private void send(FullHttpResponse response, boolean changed) {
        outlet.write(response, changed ? loop.position() : 0);
        outlet.flush();
    }
}
