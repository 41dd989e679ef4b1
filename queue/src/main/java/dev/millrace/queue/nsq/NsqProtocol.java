package dev.millrace.queue.nsq;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.guard.GuardPolicy;
import dev.millrace.kernel.net.Endpoint;
import dev.millrace.kernel.room.RoomContext;
import dev.millrace.queue.nsq.session.ClientHandler;
import dev.millrace.queue.nsq.session.Node;
import dev.millrace.queue.nsq.topic.Topics;
import dev.millrace.queue.server.QueueLoop;
import dev.millrace.queue.server.QueueProtocol;

import io.netty.channel.EventLoopGroup;

import java.io.IOException;
import java.util.List;

/** NSQ's part of the queue room. */
public final class NsqProtocol implements QueueProtocol {
    @Override
    public List<Setting<?>> settings() {
        return NsqSettings.ALL;
    }

    /** Nothing yet: topics want to know the limits, which come with {@link #listen}. */
    @Override
    public void restore(QueueLoop loop) {}

    @Override
    public void listen(RoomContext context, QueueLoop loop, EventLoopGroup group)
            throws BadSettings, IOException {
        String secret = context.get(NsqSettings.SECRET);
        Topics topics = new Topics(loop, NsqSettings.limits(context));
        loop.executor().submit(topics::restore).syncUninterruptibly();
        Node node =
                new Node(
                        loop,
                        topics,
                        NsqSettings.limits(context),
                        secret,
                        context.network().tlsOnRequest());
        context.network()
                .listen(
                        Endpoint.tcp("NSQ", NsqSettings.PORT, GuardPolicy.patient())
                                .authenticated(!secret.isEmpty()),
                        group,
                        channel -> channel.pipeline().addLast(new ClientHandler(node, channel)));
    }
}
