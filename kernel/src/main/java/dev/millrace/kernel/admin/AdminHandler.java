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
import java.util.Optional;

/**
 * Answers one request after the other: the next is not read before the last is answered, so replies
 * keep their order though each is made on a virtual thread.
 */
final class AdminHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private final AdminRoutes routes;
    private final Log log;

    AdminHandler(AdminRoutes routes, Log log) {
        this.routes = routes;
        this.log = log;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        context.channel().config().setAutoRead(false);
        context.read();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest message) {
        Guard.firstRequestDone(context.channel());
        boolean keepAlive = HttpUtil.isKeepAlive(message);
        Optional<AdminReply> refused = refuse(message);
        if (refused.isPresent()) {
            write(context, refused.get(), keepAlive);
            return;
        }
        QueryStringDecoder uri = new QueryStringDecoder(message.uri());
        AdminRequest request =
                new AdminRequest(
                        uri.path(),
                        uri.parameters(),
                        message.content().toString(StandardCharsets.UTF_8));
        Optional<AdminRoute> route = routes.find(message.method().name(), uri.path());
        if (route.isEmpty()) {
            write(context, unknown(uri.path()), keepAlive);
            return;
        }
        Thread.ofVirtual()
                .name("admin " + uri.path())
                .start(() -> write(context, answer(route.get(), request), keepAlive));
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

    private static void write(ChannelHandlerContext context, AdminReply reply, boolean keepAlive) {
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
                                context.read();
                            } else {
                                context.close();
                            }
                        });
    }
}
