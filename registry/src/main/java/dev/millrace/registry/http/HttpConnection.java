package dev.millrace.registry.http;

import dev.millrace.kernel.guard.Guard;
import dev.millrace.registry.acl.Gate;
import dev.millrace.registry.acl.Rights;
import dev.millrace.registry.effect.Change;
import dev.millrace.registry.json.Json;
import dev.millrace.registry.server.RegistryLoop;
import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Topic;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * An HTTP client's socket. Its requests are answered one after the other. A read that is to wait
 * lies under the topics of what it has found, until one of them is touched and it finds something
 * newer than the client has, or its patience ends. A write says what it is going to do, which is
 * done when there is space, and answered when it is durable.
 *
 * <p>A client that does not read has one answer at most made for it, and is dropped if it goes on
 * so; all together have as much as {@link Outflow} lets them.
 */
public final class HttpConnection extends ChannelInboundHandlerAdapter {
    /** Longer bodies are refused. */
    public static final int BODY_BYTES_MAX = 2 << 20;

    /** A client that sends more ahead is not read from until some are answered. */
    private static final int AHEAD_MAX = 16;

    /**
     * What was read is decoded though nothing more is read: two reads of the shortest requests, and
     * a client that is within its rights is not cut off.
     */
    private static final int DECODED_MAX = 8_192;

    /** Nor one that sends longer ones. */
    private static final long AHEAD_BYTES_MAX = 256 << 10;

    /** Of a request's first line, and of its headers: filters and tokens are in them. */
    private static final int HEAD_BYTES_MAX = 32 << 10;

    /** Most answers are no longer, and need not grow. */
    private static final int ANSWER_BYTES = 4 << 10;

    /** Who reads nothing of an answer for so long is dropped. */
    private static final long STALL_MILLIS = 30_000;

    /** So that clients that began to wait together do not come back together. */
    private static final int JITTER_PART = 16;

    private final RegistryLoop loop;
    private final Routes routes;
    private final Gate gate;
    private final Channel channel;
    private final Outflow outflow;
    private final ArrayDeque<FullHttpRequest> ahead = new ArrayDeque<>();
    private final Runnable touched = this::lookAgain;
    private final Runnable next = this::next;
    private final Runnable patienceEnds = this::patienceEnds;
    private long aheadBytes;
    private boolean busy;
    private boolean beginning;
    private @Nullable Pending pending;

    /** A read that waits. */
    private static final class Pending {
        private final Request request;
        private final Route.Read read;
        private final Wait wait;
        private Found found;
        private @Nullable ScheduledFuture<?> end;

        Pending(Request request, Route.Read read, Wait wait, Found found) {
            this.request = request;
            this.read = read;
            this.wait = wait;
            this.found = found;
        }
    }

    private HttpConnection(
            RegistryLoop loop, Routes routes, Gate gate, Outflow outflow, Channel channel) {
        this.loop = loop;
        this.routes = routes;
        this.gate = gate;
        this.outflow = outflow;
        this.channel = channel;
    }

    /** Makes a connection one of HTTP. */
    public static void on(
            Channel channel,
            RegistryLoop loop,
            Routes routes,
            Gate gate,
            Inflow inflow,
            Outflow outflow) {
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(
                new HttpServerCodec(
                        new HttpDecoderConfig()
                                .setMaxInitialLineLength(HEAD_BYTES_MAX)
                                .setMaxHeaderSize(HEAD_BYTES_MAX),
                        DECODED_MAX));
        pipeline.addLast(new HttpServerKeepAliveHandler());
        pipeline.addLast(inflow.meter());
        pipeline.addLast(new HttpObjectAggregator(BODY_BYTES_MAX));
        pipeline.addLast(new HttpConnection(loop, routes, gate, outflow, channel));
    }

    // ---- One request after the other

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Guard.firstRequestDone(channel);
        FullHttpRequest request = (FullHttpRequest) message;
        ahead.add(request);
        aheadBytes += request.content().readableBytes();
        readAhead();
        next();
    }

    private void readAhead() {
        channel.config().setAutoRead(ahead.size() < AHEAD_MAX && aheadBytes < AHEAD_BYTES_MAX);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        next();
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        busy = true; // Nothing more is begun.
        ahead.forEach(FullHttpRequest::release);
        ahead.clear();
        stopWaiting();
        outflow.forget(next);
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    /** Answers what is there until something has to be waited for. */
    private void next() {
        if (beginning) {
            return;
        }
        beginning = true;
        try {
            while (!busy && !ahead.isEmpty() && channel.isWritable() && hasPlace(next)) {
                beginFirst();
            }
        } finally {
            beginning = false;
        }
    }

    /** Whether an answer may be made now; if not, something is run when that is so. */
    private boolean hasPlace(Runnable then) {
        if (outflow.isFull()) {
            outflow.whenLess(then);
            return false;
        }
        return true;
    }

    private void beginFirst() {
        busy = true;
        FullHttpRequest message = ahead.remove();
        aheadBytes -= message.content().readableBytes();
        readAhead();
        try {
            begin(message);
        } catch (Refusal refusal) {
            refuse(refusal);
        } finally {
            message.release();
        }
    }

    private void begin(FullHttpRequest message) throws Refusal {
        if (message.decoderResult().isFailure()) {
            // What follows cannot be understood either, and is not read.
            FullHttpResponse response = response(Reply.text(400, "400 Bad Request"), false);
            HttpUtil.setKeepAlive(response, false);
            write(response, true);
            return;
        }
        if (isOfWebPage(message)) {
            throw Refusal.denied("orders are not taken from web pages");
        }
        Request request = Request.of(message, remote());
        switch (routes.find(request.method(), request.path())) {
            case Routes.NoMatch none -> send(request, none.reply(), 0);
            case Routes.Match match -> {
                request.rest(match.rest());
                answer(request, match.route().endpoint());
            }
        }
    }

    /**
     * A page in somebody's browser must not register services here. Browsers send Origin with
     * whatever is not a plain look; clients of a registry do not.
     */
    private static boolean isOfWebPage(FullHttpRequest message) {
        HttpMethod method = message.method();
        boolean looks =
                method.equals(HttpMethod.GET)
                        || method.equals(HttpMethod.HEAD)
                        || method.equals(HttpMethod.OPTIONS);
        return !looks && message.headers().contains(HttpHeaderNames.ORIGIN);
    }

    private void answer(Request request, Route.Endpoint endpoint) throws Refusal {
        switch (endpoint) {
            case Route.Read read -> read(request, read);
            case Route.Write write -> write(request, write);
            case Route.Act act -> loop.change(() -> act(request, act));
        }
    }

    private String remote() {
        return channel.remoteAddress() instanceof InetSocketAddress address
                ? address.getAddress().getHostAddress()
                : "";
    }

    private Query query(Request request, State state) throws Refusal {
        return new Query(request, state, rights(request, state));
    }

    private Rights rights(Request request, State state) throws Refusal {
        return gate.rights(state, request.token()).orElseThrow(Refusal::unknownToken);
    }

    /** Only who shows a token is told that there is more than he sees. */
    private Found find(Request request, Route.Read read) throws Refusal {
        State state = loop.visible();
        Rights rights = rights(request, state);
        if (request.token().isEmpty()) {
            return read.find(new Query(request, state, rights));
        }
        NotedRights noted = new NotedRights(rights);
        Found found = read.find(new Query(request, state, noted));
        return noted.hasRefused()
                ? found.header("X-Consul-Results-Filtered-By-ACLs", "true")
                : found;
    }

    // ---- Reads

    private void read(Request request, Route.Read read) throws Refusal {
        if (request.has("stale") && request.has("consistent")) {
            throw Refusal.bad("Cannot specify ?stale with ?consistent, conflicting semantics.");
        }
        Wait wait = Wait.of(request);
        Found found = find(request, read);
        if (wait.isOver(found)) {
            send(request, found.reply(), found.index());
            return;
        }
        Pending waiting = new Pending(request, read, wait, found);
        pending = waiting;
        listen(found.topics());
        long millis = wait.patience().toMillis();
        long jitter = ThreadLocalRandom.current().nextLong(millis / JITTER_PART + 1);
        waiting.end =
                loop.executor().schedule(patienceEnds, millis + jitter, TimeUnit.MILLISECONDS);
    }

    private void listen(List<Topic> topics) {
        topics.forEach(topic -> loop.watchers().add(topic, touched));
    }

    private void lookAgain() {
        Pending waiting = pending;
        if (waiting == null || !hasPlace(touched)) {
            return;
        }
        try {
            Found now = find(waiting.request, waiting.read);
            if (waiting.wait.isOver(now)) {
                stopWaiting();
                send(waiting.request, now.reply(), now.index());
                return;
            }
            if (!now.topics().equals(waiting.found.topics())) {
                waiting.found.topics().forEach(topic -> loop.watchers().remove(topic, touched));
                listen(now.topics());
            }
            waiting.found = now;
        } catch (Refusal refusal) {
            stopWaiting();
            refuse(refusal);
        }
    }

    private void patienceEnds() {
        Pending waiting = pending;
        if (waiting != null && hasPlace(patienceEnds)) {
            stopWaiting();
            send(waiting.request, waiting.found.reply(), waiting.found.index());
        }
    }

    private void stopWaiting() {
        Pending waiting = pending;
        if (waiting == null) {
            return;
        }
        pending = null;
        waiting.found.topics().forEach(topic -> loop.watchers().remove(topic, touched));
        outflow.forget(touched);
        outflow.forget(patienceEnds);
        ScheduledFuture<?> end = waiting.end;
        if (end != null) {
            end.cancel(false);
        }
    }

    // ---- Writes

    private void write(Request request, Route.Write write) {
        loop.change(() -> planned(request, write));
    }

    /** Under the lock. */
    private void planned(Request request, Route.Write write) {
        try {
            Plan plan = write.plan(query(request, loop.store().state()));
            List<Change> changes = loop.whole(plan.changes());
            if (changes.isEmpty() || admitted(request, write, changes)) {
                loop.make(changes);
                Reply reply = plan.reply().apply(loop.store().state());
                loop.whenDurable(() -> send(request, reply, 0));
            }
        } catch (Refusal refusal) {
            loop.whenDurable(() -> refuse(refusal));
        }
    }

    /** Under the lock. */
    private void act(Request request, Route.Act act) {
        try {
            Reply reply = act.act(query(request, loop.store().state()));
            loop.whenDurable(() -> send(request, reply, 0));
        } catch (Refusal refusal) {
            loop.whenDurable(() -> refuse(refusal));
        }
    }

    /** Sets space aside; false if it comes later, and the write is planned anew then. */
    private boolean admitted(Request request, Route.Write write, List<Change> changes)
            throws Refusal {
        return switch (loop.admit(loop.bytes(changes), () -> write(request, write))) {
            case ADMITTED -> true;
            case WAIT -> false;
            case REFUSED -> throw new Refusal(500, loop.store().journal().trouble());
        };
    }

    // ---- Answers

    private void refuse(Refusal refusal) {
        write(response(Reply.text(refusal.status(), refusal.text()), false), true);
    }

    private void send(Request request, Reply reply, long index) {
        FullHttpResponse response = response(reply, request.has("pretty"));
        HttpHeaders headers = response.headers();
        if (index > 0) {
            headers.set("X-Consul-Index", index)
                    .set("X-Consul-KnownLeader", "true")
                    .set("X-Consul-LastContact", "0")
                    .set("X-Consul-Query-Backend", "blocking-query");
            consistency(request, headers);
        }
        write(response, !request.method().equals("HEAD"));
    }

    /** All of a single node's answers are consistent; which name it has is the client's choice. */
    private static void consistency(Request request, HttpHeaders headers) {
        String mode =
                request.has("stale")
                        ? "stale"
                        : request.has("consistent") ? "consistent" : "leader";
        headers.set("X-Consul-Effective-Consistency", mode);
        if (request.has("cached")) {
            headers.set("X-Cache", "MISS").set("Age", "0");
        }
    }

    private FullHttpResponse response(Reply reply, boolean pretty) {
        ByteBuf content = Unpooled.EMPTY_BUFFER;
        String type = "application/json";
        switch (reply.body()) {
            case Reply.Plain plain -> {
                content = Unpooled.wrappedBuffer(plain.bytes());
                type = plain.type();
            }
            case Reply.JsonBody json -> content = written(json, pretty);
        }
        FullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(reply.status()), content);
        HttpHeaders headers = response.headers();
        headers.set(HttpHeaderNames.CONTENT_TYPE, type)
                .set(HttpHeaderNames.VARY, "Accept-Encoding")
                .set("X-Consul-Default-Acl-Policy", gate.defaultPolicy())
                .setInt(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
        for (Map.Entry<String, String> header : reply.headers().entrySet()) {
            headers.set(header.getKey(), header.getValue());
        }
        return response;
    }

    private ByteBuf written(Reply.JsonBody json, boolean pretty) {
        ByteBuf content = channel.alloc().buffer(ANSWER_BYTES);
        try (ByteBufOutputStream out = new ByteBufOutputStream(content)) {
            Json.write(out, pretty, json.value());
            if (pretty) {
                out.write('\n');
            }
            return content;
        } catch (IOException | RuntimeException failure) {
            content.release();
            throw new IllegalStateException("an answer cannot be written", failure);
        }
    }

    private void write(FullHttpResponse response, boolean withBody) {
        if (!withBody) {
            response.content().clear();
        }
        if (!channel.isActive()) {
            response.release();
            return;
        }
        long bytes = response.content().readableBytes();
        ChannelFuture written = channel.writeAndFlush(response);
        if (!written.isDone()) {
            outflow.add(bytes);
            written.addListener(done -> outflow.remove(bytes));
            if (!channel.isWritable()) {
                Future<?> stall = Stall.watch(channel, STALL_MILLIS);
                written.addListener(done -> stall.cancel(false));
            }
        }
        busy = false;
        next();
    }
}
