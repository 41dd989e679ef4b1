package dev.millrace.queue.nsq.http;

import dev.millrace.queue.nsq.session.Node;
import dev.millrace.queue.nsq.topic.Channel;
import dev.millrace.queue.nsq.topic.Topic;
import dev.millrace.queue.nsq.topic.Topics;
import dev.millrace.queue.nsq.wire.Batch;
import dev.millrace.queue.nsq.wire.Refusal;

import io.netty.buffer.ByteBuf;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * nsqd's HTTP interface.
 *
 * @see <a href="https://nsq.io/components/nsqd.html#http-api">HTTP API</a>
 */
public final class NsqdRoutes {
    private static final String OK = "OK";
    private static final Answer DONE = Answer.done("");

    private final Node node;
    private final Stats stats;
    private final About about;

    private NsqdRoutes(Node node, About about) {
        this.node = node;
        this.about = about;
        this.stats = new Stats(node, about);
    }

    /** All of them. */
    public static Routes of(Node node, About about) {
        NsqdRoutes routes = new NsqdRoutes(node, about);
        List<Route> all = new ArrayList<>(routes.list());
        all.addAll(Config.routes(node));
        return new Routes(all);
    }

    private List<Route> list() {
        Topics topics = node.topics();
        return List.of(
                Route.get("/ping", exchange -> Answer.text(health())),
                Route.get("/info", exchange -> Answer.json(about.json(node))),
                Route.get("/stats", stats::answer),
                Route.post("/pub", this::publish),
                Route.post("/mpub", this::publishMany),
                Route.post("/topic/create", this::createTopic),
                Route.post("/topic/delete", exchange -> onTopic(exchange, topics::delete)),
                Route.post("/topic/empty", exchange -> onTopic(exchange, topics::empty)),
                Route.post(
                        "/topic/pause", exchange -> onTopic(exchange, t -> topics.pause(t, true))),
                Route.post(
                        "/topic/unpause",
                        exchange -> onTopic(exchange, t -> topics.pause(t, false))),
                Route.post("/channel/create", this::createChannel),
                Route.post("/channel/delete", exchange -> onChannel(exchange, topics::delete)),
                Route.post("/channel/empty", exchange -> onChannel(exchange, topics::empty)),
                Route.post(
                        "/channel/pause",
                        exchange -> onChannel(exchange, c -> topics.pause(c, true))),
                Route.post(
                        "/channel/unpause",
                        exchange -> onChannel(exchange, c -> topics.pause(c, false))));
    }

    private String health() throws HttpRefusal {
        String trouble = node.loop().store().journal().trouble();
        if (!trouble.isEmpty()) {
            throw new HttpRefusal(500, "NOK - " + trouble);
        }
        return OK;
    }

    // ---- Publishing

    private Answer publish(Exchange exchange) throws HttpRefusal, Exchange.Later {
        ByteBuf body = exchange.body();
        int bytes = body.readableBytes();
        if (bytes > node.limits().messageBytesMax()) {
            throw HttpRefusal.tooBig("MSG_TOO_BIG");
        }
        if (bytes == 0) {
            throw HttpRefusal.bad("MSG_EMPTY");
        }
        String name = exchange.topic("INVALID_TOPIC");
        long delay = delay(exchange);
        exchange.admit(node.topics().publishLaterBytes(name, bytes));
        Topic topic = node.topics().topic(name);
        node.topics().publish(topic, node.address(body, bytes), bytes, delay);
        return Answer.done(OK);
    }

    private long delay(Exchange exchange) throws HttpRefusal {
        Optional<String> given = exchange.parameter("defer");
        if (given.isEmpty()) {
            return 0;
        }
        try {
            long millis = Long.parseLong(given.get());
            if (millis >= 0 && millis <= node.limits().deferMillisMax()) {
                return millis;
            }
        } catch (NumberFormatException noNumber) {
            throw HttpRefusal.bad("INVALID_DEFER");
        }
        throw HttpRefusal.bad("INVALID_DEFER");
    }

    private Answer publishMany(Exchange exchange) throws HttpRefusal, Exchange.Later {
        if (exchange.body().readableBytes() > node.limits().bodyBytesMax()) {
            throw HttpRefusal.tooBig("BODY_TOO_BIG");
        }
        String name = exchange.topic("INVALID_TOPIC");
        String binary = exchange.parameter("binary").orElse("false");
        if (binary.equals("false") || binary.equals("0")) {
            publishLines(exchange, name);
        } else {
            publishBatch(exchange, name);
        }
        return Answer.done(OK);
    }

    private void publishBatch(Exchange exchange, String name) throws HttpRefusal, Exchange.Later {
        ByteBuf body = exchange.body();
        int count;
        try {
            count =
                    Batch.check(
                            body, node.limits().messageBytesMax(), node.limits().bodyBytesMax());
        } catch (Refusal refusal) {
            throw HttpRefusal.tooBig(refusal.code().substring("E_".length()));
        }
        exchange.admit(Topics.CREATE_BYTES + Topic.publishBytes(count, body.readableBytes()));
        Topic topic = node.topics().topic(name);
        Batch.forEach(body, (from, bytes) -> topic.publish(node.address(from, bytes), bytes));
        topic.published();
    }

    /** Each line is a message; empty ones are none. */
    private void publishLines(Exchange exchange, String name) throws HttpRefusal, Exchange.Later {
        ByteBuf body = exchange.body();
        int count = 0;
        for (ByteBuf rest = body.duplicate(); rest.isReadable(); count++) {
            int bytes = line(rest);
            if (bytes > node.limits().messageBytesMax()) {
                throw HttpRefusal.tooBig("MSG_TOO_BIG");
            }
            rest.skipBytes(Math.min(bytes + 1, rest.readableBytes()));
        }
        exchange.admit(Topics.CREATE_BYTES + Topic.publishBytes(count, body.readableBytes()));
        Topic topic = node.topics().topic(name);
        while (body.isReadable()) {
            int bytes = line(body);
            if (bytes > 0) {
                topic.publish(node.address(body, bytes), bytes);
            }
            body.skipBytes(Math.min(bytes + 1, body.readableBytes()));
        }
        topic.published();
    }

    private static int line(ByteBuf from) {
        int bytes = from.bytesBefore((byte) '\n');
        return bytes < 0 ? from.readableBytes() : bytes;
    }

    // ---- Topics and channels

    private Answer createTopic(Exchange exchange) throws HttpRefusal, Exchange.Later {
        String name = exchange.topic("INVALID_TOPIC");
        exchange.admit(Topics.CREATE_BYTES);
        node.topics().topic(name);
        return DONE;
    }

    private Answer createChannel(Exchange exchange) throws HttpRefusal, Exchange.Later {
        String topic = exchange.topic("INVALID_ARG_TOPIC");
        String channel = exchange.channel();
        Topic there = existing(topic);
        exchange.admit(Topics.CREATE_BYTES);
        there.channel(channel);
        return DONE;
    }

    private Topic existing(String name) throws HttpRefusal {
        Topic topic = node.topics().existing(name);
        if (topic == null) {
            throw HttpRefusal.notFound("TOPIC_NOT_FOUND");
        }
        return topic;
    }

    private Answer onTopic(Exchange exchange, Predicate<Topic> change) throws HttpRefusal {
        return done(change.test(existing(exchange.topic("INVALID_TOPIC"))));
    }

    private Answer onChannel(Exchange exchange, Predicate<Channel> change) throws HttpRefusal {
        String topic = exchange.topic("INVALID_ARG_TOPIC");
        String name = exchange.channel();
        Channel channel = existing(topic).existing(name);
        if (channel == null) {
            throw HttpRefusal.notFound("CHANNEL_NOT_FOUND");
        }
        return done(change.test(channel));
    }

    private Answer done(boolean changed) throws HttpRefusal {
        if (!changed) {
            throw new HttpRefusal(503, "NO_SPACE " + node.loop().store().journal().trouble());
        }
        return DONE;
    }
}
