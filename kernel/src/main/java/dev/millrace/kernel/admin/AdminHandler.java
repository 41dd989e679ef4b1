package dev.millrace.kernel.admin;

import dev.millrace.kernel.guard.Guard;
import dev.millrace.kernel.log.Log;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;

/**
 * Answers one request after the other: the next is begun when the last is answered, so replies keep
 * their order though each is made on a virtual thread. What a client sends ahead waits here, up to
 * a limit. All but {@link #answer} runs on the connection's event loop.
 */
final class AdminHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    /** A client that sends more ahead than this is no operator; its connection is closed. */
    private static final int WAITING_MAX = 16;

    private final AdminRoutes routes;
    private final Log log;
    private final Deque<Turn> waiting = new ArrayDeque<>();
    private boolean busy;

    AdminHandler(AdminRoutes routes, Log log) {
        this.routes = routes;
        this.log = log;
    }

    /** One request's turn: how to answer it, and whether the connection goes on after that. */
    private record Turn(Turn.Kind kind, boolean keepAlive) {
        /** Refused and unknown requests have their reply already. */
        private sealed interface Kind {}

        private record Ready(AdminReply reply) implements Kind {}

        private record Asked(AdminRoute route, AdminRequest request) implements Kind {}
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest message) {
        Guard.firstRequestDone(context.channel());
        if (waiting.size() >= WAITING_MAX) {
            context.close();
            return;
        }
        waiting.add(new Turn(kind(message), HttpUtil.isKeepAlive(message)));
        next(context);
    }

    private Turn.Kind kind(FullHttpRequest message) {
        Optional<AdminReply> refused = refuse(message);
        if (refused.isPresent()) {
            return new Turn.Ready(refused.get());
        }
        QueryStringDecoder uri = new QueryStringDecoder(message.uri());
        AdminRequest request =
                new AdminRequest(
                        uri.path(),
                        uri.parameters(),
                        message.content().toString(StandardCharsets.UTF_8));
        Optional<AdminRoute> route = routes.find(message.method().name(), uri.path());
        return route.isPresent()
                ? new Turn.Asked(route.get(), request)
                : new Turn.Ready(unknown(uri.path()));
    }

    private void next(ChannelHandlerContext context) {
        if (busy || waiting.isEmpty()) {
            return;
        }
        busy = true;
        Turn turn = waiting.remove();
        switch (turn.kind()) {
            case Turn.Ready ready -> write(context, ready.reply(), turn.keepAlive());
            case Turn.Asked asked ->
                    Thread.ofVirtual()
                            .name("admin " + asked.route().path())
                            .start(() -> work(context, asked, turn.keepAlive()));
        }
    }

    private void work(ChannelHandlerContext context, Turn.Asked asked, boolean keepAlive) {
        AdminReply reply = answer(asked.route(), asked.request());
        try {
            context.executor().execute(() -> write(context, reply, keepAlive));
        } catch (RejectedExecutionException stopped) {
            return; // The loops have ended, and with them the connection: nobody waits for it.
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    /**
     * A page in the operator's browser must not give orders to a port of the loopback interface.
     * Browsers send Origin with every such request, tools like curl do not.
     */
    private static Optional<AdminReply> refuse(FullHttpRequest message) {
        if (message.decoderResult().isFailure()) {
            return Optional.of(AdminReply.text(400, "not HTTP that is understood here\n"));
        }
        boolean order = !message.method().equals(HttpMethod.GET);
        return order && message.headers().contains(HttpHeaderNames.ORIGIN)
                ? Optional.of(AdminReply.text(403, "orders are not taken from web pages\n"))
                : Optional.empty();
    }

    private AdminReply unknown(String path) {
        int status = routes.hasPath(path) ? 405 : 404;
        return AdminReply.text(status, String.join("\n", routes.lines()) + "\n");
    }

    private AdminReply answer(AdminRoute route, AdminRequest request) {
        try {
            return route.answer().to(request);
        } catch (IOException failure) {
            log.warn("admin request failed", "path", route.path(), "failure", failure);
            return AdminReply.text(500, failure.getMessage() + "\n");
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return AdminReply.text(503, "stopping\n");
        } catch (RuntimeException ours) {
            log.error("admin request failed", "path", route.path(), "failure", ours);
            return AdminReply.text(500, "a fault of Millrace's own, see its log\n");
        }
    }

    private void write(ChannelHandlerContext context, AdminReply reply, boolean keepAlive) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(reply.status()),
                        ByteBufUtil.writeUtf8(context.alloc(), reply.body()));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, reply.type())
                .setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
        if (!keepAlive) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        context.writeAndFlush(response)
                .addListener(
                        sent -> {
                            if (keepAlive && sent.isSuccess()) {
                                busy = false;
                                next(context);
                            } else {
                                context.close();
                            }
                        });
    }
}
