package dev.millrace.queue.amqp.server;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.guard.GuardPolicy;
import dev.millrace.kernel.net.Endpoint;
import dev.millrace.kernel.room.RoomContext;
import dev.millrace.queue.amqp.broker.Broker;
import dev.millrace.queue.amqp.broker.ExchangePublishing;
import dev.millrace.queue.amqp.session.Options;
import dev.millrace.queue.server.QueueLoop;
import dev.millrace.queue.server.QueueProtocol;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** AMQP 0-9-1 as RabbitMQ speaks it, on one port, with the one virtual host {@code /}. */
public final class AmqpProtocol implements QueueProtocol {
    /** What every RabbitMQ has until somebody changes it: no secret. */
    private static final String GUEST = "guest";

    private static final Setting<Integer> PORT =
            Setting.port("queue.amqp.port", 5672, "AMQP 0-9-1");

    private static final Setting<Boolean> TLS =
            Setting.flag("queue.amqp.tls", false, "TLS on the AMQP port");

    private static final Setting<String> USER =
            Setting.text("queue.amqp.user", "guest", "the one user of the AMQP port");

    private static final Setting<String> PASSWORD =
            Setting.text("queue.amqp.password", GUEST, "that user's password");

    private static final Setting<Long> FRAME =
            Setting.count(
                    "queue.amqp.frame-max", 131_072, 4_096, 1 << 24, "bytes of the longest frame");

    private static final Setting<Long> CHANNELS =
            Setting.count("queue.amqp.channel-max", 2_047, 1, 65_535, "channels of a connection");

    private static final Setting<Long> HEARTBEAT =
            Setting.count("queue.amqp.heartbeat", 60, 0, 65_535, "seconds between signs of life");

    private static final Setting<Long> MESSAGE =
            Setting.bytes(
                    "queue.amqp.message-bytes-max", 128 << 20, 1, 512 << 20, "the longest message");

    private final Set<AmqpChannel> channels = new LinkedHashSet<>();
    private @Nullable Broker broker;
    private @Nullable ExchangePublishing publishing;

    @Override
    public List<Setting<?>> settings() {
        return List.of(PORT, TLS, USER, PASSWORD, FRAME, CHANNELS, HEARTBEAT, MESSAGE);
    }

    @Override
    public void restore(QueueLoop loop) {
        Broker made = new Broker(loop);
        made.restore();
        broker = made;
    }

    @Override
    public void listen(RoomContext context, QueueLoop loop, EventLoopGroup group)
            throws BadSettings, IOException {
        Broker serving = broker;
        if (serving == null) {
            throw new IllegalStateException("restore comes first");
        }
        Options options =
                new Options(
                        context.get(USER),
                        context.get(PASSWORD),
                        context.get(FRAME).intValue(),
                        context.get(CHANNELS).intValue(),
                        context.get(HEARTBEAT).intValue(),
                        context.get(MESSAGE));
        publishing = new ExchangePublishing(serving, context.get(MESSAGE));
        context.network()
                .listen(
                        Endpoint.tcp("AMQP 0-9-1", PORT, GuardPolicy.patient())
                                .authenticated(!context.get(PASSWORD).equals(GUEST))
                                .tls(context.get(TLS)),
                        group,
                        channel -> accept(loop, serving, options, channel));
    }

    /** Publishing for others of the process, once it listens. */
    public ExchangePublishing publishing() {
        ExchangePublishing made = publishing;
        if (made == null) {
            throw new IllegalStateException("AMQP does not listen yet");
        }
        return made;
    }

    private void accept(QueueLoop loop, Broker serving, Options options, Channel channel) {
        channel.config().setAllocator(PooledByteBufAllocator.DEFAULT);
        AmqpChannel made = new AmqpChannel(loop, serving, options, channel);
        channels.add(made);
        channel.closeFuture().addListener(closed -> channels.remove(made));
        channel.pipeline().addLast(made);
    }

    @Override
    public void settle() {
        for (AmqpChannel channel : new ArrayList<>(channels)) {
            channel.connection().shutDown();
            channel.connection().flush();
        }
    }
}
