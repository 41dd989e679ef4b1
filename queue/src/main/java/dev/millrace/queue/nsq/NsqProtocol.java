package dev.millrace.queue.nsq;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.guard.GuardPolicy;
import dev.millrace.kernel.net.Endpoint;
import dev.millrace.kernel.net.Listener;
import dev.millrace.kernel.net.Network;
import dev.millrace.kernel.room.RoomContext;
import dev.millrace.queue.nsq.http.About;
import dev.millrace.queue.nsq.http.HttpConnection;
import dev.millrace.queue.nsq.http.LookupRoutes;
import dev.millrace.queue.nsq.http.NsqdRoutes;
import dev.millrace.queue.nsq.http.Routes;
import dev.millrace.queue.nsq.identify.Agreement;
import dev.millrace.queue.nsq.identify.Limits;
import dev.millrace.queue.nsq.lookup.LookupHandler;
import dev.millrace.queue.nsq.lookup.Peer;
import dev.millrace.queue.nsq.lookup.Registry;
import dev.millrace.queue.nsq.operator.QueueRoutes;
import dev.millrace.queue.nsq.session.ClientHandler;
import dev.millrace.queue.nsq.session.Node;
import dev.millrace.queue.nsq.topic.TopicPublishing;
import dev.millrace.queue.nsq.topic.Topics;
import dev.millrace.queue.server.QueueLoop;
import dev.millrace.queue.server.QueueProtocol;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/** NSQ's part of the queue room: nsqd and nsqlookupd, each over TCP and HTTP. */
public final class NsqProtocol implements QueueProtocol {
    private @Nullable TopicPublishing publishing;

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
        Limits limits = NsqSettings.limits(context);
        Topics topics = new Topics(loop, limits);
        loop.executor().submit(topics::restore).syncUninterruptibly();
        publishing = new TopicPublishing(topics);
        QueueRoutes.add(context.routes(), loop, topics);
        new Listening(context, loop, group, limits, topics).all();
    }

    /** Publishing for others of the process, once it listens. */
    public TopicPublishing publishing() {
        TopicPublishing made = publishing;
        if (made == null) {
            throw new IllegalStateException("NSQ does not listen yet");
        }
        return made;
    }

    /** Its four ports. */
    private record Listening(
            RoomContext context,
            QueueLoop loop,
            EventLoopGroup group,
            Limits limits,
            Topics topics) {
        void all() throws BadSettings, IOException {
            Node node =
                    new Node(
                            loop,
                            topics,
                            limits,
                            context.get(NsqSettings.SECRET),
                            context.network().tlsOnRequest());
            Listener tcp =
                    open(
                            "NSQ",
                            NsqSettings.PORT,
                            !context.get(NsqSettings.SECRET).isEmpty(),
                            channel ->
                                    channel.pipeline().addLast(new ClientHandler(node, channel)));
            // The HTTP port is known when it is bound, and a request comes later.
            Listener[] bound = new Listener[1];
            About about =
                    new About(
                            hostname(),
                            address(),
                            Instant.now(),
                            tcp::port,
                            () -> bound[0] == null ? 0 : bound[0].port());
            bound[0] = http("NSQ HTTP", NsqSettings.HTTP_PORT, NsqdRoutes.of(node, about));
            lookup(about);
        }

        private void lookup(About about) throws BadSettings, IOException {
            Registry registry = new Registry(topics, () -> self(about), loop::nowMillis);
            Listener[] ports = new Listener[2];
            ports[0] =
                    http(
                            "NSQ lookup HTTP",
                            NsqSettings.LOOKUP_HTTP_PORT,
                            LookupRoutes.of(registry));
            ports[1] =
                    open(
                            "NSQ lookup",
                            NsqSettings.LOOKUP_PORT,
                            false,
                            channel ->
                                    channel.pipeline()
                                            .addLast(
                                                    new LookupHandler(
                                                            registry,
                                                            () ->
                                                                    about.lookupJson(
                                                                            port(ports[1]),
                                                                            port(ports[0])))));
        }

        private static int port(Listener listener) {
            return listener == null ? 0 : listener.port();
        }

        private static Peer self(About about) {
            int port = about.tcpPort().getAsInt();
            return new Peer(
                    about.address() + ":" + port,
                    about.hostname(),
                    about.address(),
                    port,
                    about.httpPort().getAsInt(),
                    Agreement.VERSION,
                    "",
                    "");
        }

        private Listener http(String name, Setting<Integer> port, Routes routes)
                throws BadSettings, IOException {
            return open(
                    name,
                    port,
                    false,
                    channel -> HttpConnection.on(channel, loop, routes, limits.bodyBytesMax()));
        }

        private Listener open(
                String name,
                Setting<Integer> port,
                boolean authenticated,
                Consumer<Channel> protocol)
                throws BadSettings, IOException {
            return context.network()
                    .listen(
                            Endpoint.tcp(name, port, GuardPolicy.patient())
                                    .authenticated(authenticated),
                            group,
                            protocol);
        }

        private static String hostname() {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException nameless) {
                return "localhost";
            }
        }

        /** Where clients reach this node: what is set, or where it listens. */
        private String address() {
            String set = context.get(NsqSettings.BROADCAST);
            String bind = context.get(Network.BIND);
            if (!set.isEmpty()) {
                return set;
            }
            return bind.equals("0.0.0.0") || bind.equals("::") ? hostname() : bind;
        }
    }
}
