package dev.millrace.kernel.admin;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.guard.GuardPolicy;
import dev.millrace.kernel.net.Endpoint;
import dev.millrace.kernel.room.Room;
import dev.millrace.kernel.room.RoomContext;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * The operator's endpoint: {@code GET /metrics}, {@code /health/live}, {@code /health/ready}, and
 * what other rooms add. It starts first, so that {@code /health/ready} can say what is being waited
 * for.
 */
public final class AdminRoom implements Room {
    /** {@code admin.http.port}. */
    public static final Setting<Integer> PORT =
            Setting.port("admin.http.port", 9900, "health, metrics, orders to the running process");

    /** A request with a larger body is answered 413. */
    public static final int BODY_BYTES_MAX = 64 * 1024;

    private static final Duration FIRST_REQUEST = Duration.ofSeconds(10);
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    @Override
    public String name() {
        return "admin";
    }

    @Override
    public List<Setting<?>> settings() {
        return List.of(PORT);
    }

    @Override
    public void start(RoomContext context) throws BadSettings, IOException {
        AdminRoutes routes = context.routes();
        Health health = context.health();
        routes.add(AdminRoute.get("/health/live", request -> AdminReply.text("live\n")));
        routes.add(
                AdminRoute.get(
                        "/health/ready",
                        request -> AdminReply.text(health.isReady() ? 200 : 503, health.text())));
        routes.add(
                AdminRoute.get(
                        "/metrics",
                        request -> new AdminReply(200, PROMETHEUS, context.metrics().scrape())));
        Endpoint endpoint =
                Endpoint.tcp(
                        "health, metrics", PORT, GuardPolicy.firstRequestWithin(FIRST_REQUEST));
        context.network()
                .listen(
                        endpoint,
                        context.network().loops("admin", 1),
                        channel -> speak(channel, context));
    }

    @Override
    public void stop() {
        // The network closes the listener; nothing else is held.
    }

    private static void speak(Channel channel, RoomContext context) {
        channel.pipeline()
                .addLast(new HttpServerCodec())
                .addLast(new HttpObjectAggregator(BODY_BYTES_MAX))
                .addLast(new AdminHandler(context.routes(), context.log()));
    }
}
