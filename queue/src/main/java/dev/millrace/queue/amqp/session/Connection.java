package dev.millrace.queue.amqp.session;

import dev.millrace.queue.amqp.broker.Broker;
import dev.millrace.queue.amqp.method.ConnectionMethod;
import dev.millrace.queue.amqp.method.ConnectionReply;
import dev.millrace.queue.amqp.method.Method;
import dev.millrace.queue.amqp.method.Methods;
import dev.millrace.queue.amqp.method.Reply;
import dev.millrace.queue.amqp.wire.AmqpError;
import dev.millrace.queue.amqp.wire.FrameParser;
import dev.millrace.queue.amqp.wire.FrameType;
import dev.millrace.queue.amqp.wire.Octets;
import dev.millrace.queue.amqp.wire.ProtocolHeader;
import dev.millrace.queue.amqp.wire.ReplyCode;
import dev.millrace.queue.amqp.wire.Table;
import dev.millrace.queue.amqp.wire.WireReader;
import dev.millrace.queue.amqp.wire.WireWriter;
import dev.millrace.queue.server.QueueLoop;

import io.netty.buffer.ByteBuf;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * One client (specification, section 1.4 and 2.2.4). Bytes go in, frames come out; it knows no
 * socket. On the loop, within {@link QueueLoop#change}.
 *
 * <pre>
 *   HEADER ──header──▶ STARTING ──start-ok──▶ TUNING ──tune-ok──▶ OPENING ──open──▶ RUNNING
 *     │ another header     │ refused                                                  │
 *     ▼                    ▼                                                          │
 *   CLOSED ◀───────────────┘                                                          │
 *     ▲  ▲                                                                            │
 *     │  └──────────────────────── client's close: close-ok is sent ──────────────────┤
 *     └── close-ok, or it takes too long ── CLOSING ◀── an error: close is sent ──────┘
 * </pre>
 *
 * <p>Any method that is not on an arrow is a {@code CHANNEL_ERROR}. In CLOSING everything but close
 * and close-ok is passed over (section 1.4.2.7).
 *
 * <p>A method that finds no space in the journal waits ({@link #attempt}), and everything behind
 * it.
 */
public final class Connection {
    /** How long one that is closed may keep its socket, if its heartbeats are not quicker. */
    private static final int LEAVE_SECONDS_MAX = 30;

    private static final long RETRY_MILLIS = 1_000;
    private static final long LOADING_MILLIS = 2;

    /** Of an attempt: what it needs must be loaded first. */
    static final long NOT_LOADED = -1;

    private enum State {
        HEADER,
        STARTING,
        TUNING,
        OPENING,
        RUNNING,
        CLOSING,
        CLOSED
    }

    private final Broker broker;
    private final QueueLoop loop;
    private final Options options;
    private final Peer peer;
    private final FrameParser parser;
    private final IntObjectMap<Session> sessions = new IntObjectHashMap<>();
    private State state = State.HEADER;
    private int channelMax;
    private int frameMaxBytes;
    private int heartbeatSeconds;
    private Table capabilities = Table.EMPTY;
    private String user = "";
    private @Nullable Runnable suspended;
    private boolean blocked;
    private boolean published;

    /** What stands after a broken frame makes no sense. */
    private boolean deaf;

    private @Nullable ByteBuf out;
    private @Nullable WireWriter writer;
    private long dependsOn;
    private boolean dependsOnChange;

    public Connection(Broker broker, Options options, Peer peer) {
        this.broker = broker;
        this.loop = broker.loop();
        this.options = options;
        this.peer = peer;
        this.channelMax = options.channelMax();
        this.frameMaxBytes = options.frameMaxBytes();
        this.parser = new FrameParser(options.frameMaxBytes());
    }

    Broker broker() {
        return broker;
    }

    Options options() {
        return options;
    }

    String user() {
        return user;
    }

    boolean can(String capability) {
        return capabilities.isTrue(capability);
    }

    boolean isWritable() {
        return peer.isWritable();
    }

    int frameMaxBytes() {
        return frameMaxBytes;
    }

    /** True until a client has come in. */
    public boolean isHandshaking() {
        return state.compareTo(State.RUNNING) < 0;
    }

    // ---- What comes in

    /** Takes what has come, as far as it is whole; what is left comes again with more behind it. */
    public void receive(ByteBuf in) {
        try {
            while (suspended == null && state != State.CLOSED && !deaf && next(in)) {}
        } catch (AmqpError error) {
            // Only a broken frame comes to here.
            deaf = true;
            fail(error, 0, 0);
        }
        if (state == State.CLOSED || deaf) {
            in.skipBytes(in.readableBytes());
        }
        for (Session session : sessions.values()) {
            session.flushConfirms();
        }
    }

    private boolean next(ByteBuf in) {
        if (state == State.HEADER) {
            return in.readableBytes() >= ProtocolHeader.BYTES && header(in);
        }
        return parser.parse(in, this::frame);
    }

    private boolean header(ByteBuf in) {
        if (ProtocolHeader.read(in)) {
            state = State.STARTING;
            send(0, Handshake.start(!peer.certifiedName().isEmpty()));
            return true;
        }
        ProtocolHeader.write(out());
        close();
        return false;
    }

    private void frame(int type, int channel, ByteBuf payload) {
        if (channel == 0) {
            own(type, payload);
            return;
        }
        if (state == State.CLOSING) {
            return;
        }
        if (state != State.RUNNING) {
            fail(unexpected(type, payload), 0, 0);
            return;
        }
        Session session = sessions.get(channel);
        if (session == null) {
            session = new Session(this, channel);
            sessions.put(channel, session);
        }
        session.frame(type, payload);
    }

    private static AmqpError unexpected(int type, ByteBuf payload) {
        return AmqpError.unexpectedFrame("type " + type + ", " + Octets.snippet(payload));
    }

    private void own(int type, ByteBuf payload) {
        int classId = 0;
        int methodId = 0;
        try {
            if (type == FrameType.HEARTBEAT) {
                return;
            }
            if (type != FrameType.METHOD) {
                throw unexpected(type, payload);
            }
            WireReader reader = new WireReader(payload);
            classId = reader.u16();
            methodId = reader.u16();
            handle(Methods.find(classId, methodId).read(payload));
        } catch (AmqpError error) {
            fail(error, classId, methodId);
        }
    }

    private void handle(Method method) {
        if (state == State.CLOSING) {
            switch (method) {
                case ConnectionMethod.CloseOk _ -> close();
                case ConnectionMethod.Close _ -> send(0, new ConnectionMethod.CloseOk());
                default -> {}
            }
            return;
        }
        if (!(method instanceof ConnectionMethod own)) {
            throw misplaced();
        }
        switch (own) {
            case ConnectionMethod.StartOk ok -> startOk(ok);
            case ConnectionMethod.SecureOk _ -> throw misplaced();
            case ConnectionMethod.TuneOk ok -> tuneOk(ok);
            case ConnectionMethod.Open open -> open(open);
            case ConnectionMethod.Close _ -> closedByClient();
            case ConnectionMethod.CloseOk _ -> throw misplaced();
            case ConnectionMethod.UpdateSecret _ -> updateSecret();
        }
    }

    private AmqpError misplaced() {
        return AmqpError.channelError(
                "unexpected method in connection state " + state.name().toLowerCase(Locale.ROOT));
    }

    private void require(State wanted) {
        if (state != wanted) {
            throw misplaced();
        }
    }

    // ---- From stranger to client

    private void startOk(ConnectionMethod.StartOk ok) {
        require(State.STARTING);
        capabilities = ok.clientProperties().table("capabilities");
        user = Handshake.login(ok, options, peer.certifiedName());
        state = State.TUNING;
        send(
                0,
                new ConnectionReply.Tune(
                        options.channelMax(), options.frameMaxBytes(), options.heartbeatSeconds()));
    }

    private void tuneOk(ConnectionMethod.TuneOk ok) {
        require(State.TUNING);
        Handshake.requireNegotiated(
                "frame_max", FrameType.FRAME_MIN_BYTES, options.frameMaxBytes(), ok.frameMax());
        Handshake.requireNegotiated("channel_max", 1, options.channelMax(), ok.channelMax());
        frameMaxBytes = (int) ok.frameMax();
        channelMax = ok.channelMax();
        parser.frameMax(frameMaxBytes);
        heartbeatSeconds = ok.heartbeat();
        peer.heartbeat(heartbeatSeconds);
        state = State.OPENING;
    }

    private void open(ConnectionMethod.Open open) {
        require(State.OPENING);
        if (!open.virtualHost().equals("/")) {
            throw AmqpError.notAllowed("vhost " + open.virtualHost() + " not found");
        }
        state = State.RUNNING;
        send(0, new ConnectionReply.OpenOk());
    }

    private void updateSecret() {
        require(State.RUNNING);
        send(0, new ConnectionReply.UpdateSecretOk());
    }

    /** A channel is about to be opened: their number counts, as with RabbitMQ, not its own. */
    void requireRoom() {
        if (sessions.size() > channelMax) {
            throw AmqpError.notAllowed(
                    "number of channels opened (%d) has reached the negotiated channel_max (%d)"
                            .formatted(sessions.size() - 1, channelMax));
        }
    }

    // ---- Its end

    private void closedByClient() {
        release();
        send(0, new ConnectionMethod.CloseOk());
        state = State.CLOSED;
        leave();
    }

    /**
     * The client is let end the socket, as RabbitMQ lets it: some take its end for an error, until
     * they have read why.
     */
    private void leave() {
        int seconds =
                heartbeatSeconds > 0
                        ? Math.min(heartbeatSeconds, LEAVE_SECONDS_MAX)
                        : LEAVE_SECONDS_MAX;
        peer.closeWithin(TimeUnit.SECONDS.toMillis(seconds));
    }

    private void close() {
        state = State.CLOSED;
        peer.sendSoon();
        peer.closeAfterWrites();
    }

    /** The client did what it may not; a method of its own, or of a channel and hard. */
    void fail(AmqpError error, int classId, int methodId) {
        if (state == State.CLOSED || state == State.CLOSING) {
            return;
        }
        boolean stranger = state == State.STARTING;
        release();
        if (stranger && !can("authentication_failure_close")) {
            close();
            return;
        }
        state = State.CLOSING;
        send(
                0,
                new ConnectionMethod.Close(
                        error.code().code(), error.replyText(), classId, methodId));
        leave();
    }

    /** The server stops. */
    public void shutDown() {
        if (state == State.RUNNING) {
            fail(
                    new AmqpError(
                            ReplyCode.CONNECTION_FORCED,
                            "broker forced connection closure with reason 'shutdown'"),
                    0,
                    0);
        }
    }

    /** The socket is gone, or the client: what it held is others' to have. */
    public void release() {
        suspended = null;
        for (Session session : List.copyOf(sessions.values())) {
            session.release();
        }
        sessions.clear();
        broker.exclusiveTo(this).forEach(broker::release);
    }

    /** The socket is closed. */
    public void gone() {
        state = State.CLOSED;
        release();
        ByteBuf unsent = out;
        if (unsent != null) {
            unsent.release();
            out = null;
            writer = null;
        }
    }

    void forget(Session session) {
        sessions.remove(session.number());
    }

    /** The socket takes more again. */
    public void writable() {
        sessions.values().forEach(Session::wake);
    }

    /** A message was published. */
    void published() {
        published = true;
    }

    /** True if a message was published since this was asked last. */
    public boolean hasPublished() {
        boolean any = published;
        published = false;
        return any;
    }

    // ---- Space

    /**
     * Does something that takes space in the journal, now or when there is some; until then nothing
     * else of this client is looked at.
     *
     * @param bytes how much; it is asked again each time; {@link #NOT_LOADED}: a message must be
     *     loaded first
     */
    void attempt(Session session, LongSupplier bytes, Runnable action) {
        long needed = bytes.getAsLong();
        if (needed == NOT_LOADED) {
            suspend(session, bytes, action, LOADING_MILLIS);
            return;
        }
        Runnable again = () -> resume(session, bytes, action);
        switch (loop.admit(needed, again)) {
            case ADMITTED -> {
                unblock();
                action.run();
            }
            case WAIT -> suspend(again);
            case REFUSED -> {
                block();
                suspend(session, bytes, action, RETRY_MILLIS);
            }
        }
    }

    private void suspend(Session session, LongSupplier bytes, Runnable action, long millis) {
        suspend(() -> {});
        loop.executor()
                .schedule(() -> resume(session, bytes, action), millis, TimeUnit.MILLISECONDS);
    }

    private void suspend(Runnable again) {
        suspended = again;
        peer.suspended(true);
    }

    private void resume(Session session, LongSupplier bytes, Runnable action) {
        if (suspended == null || state == State.CLOSED) {
            return;
        }
        suspended = null;
        loop.change(() -> session.guarded(() -> attempt(session, bytes, action)));
        if (suspended == null) {
            peer.suspended(false);
        }
        peer.sendSoon();
    }

    private void block() {
        if (!blocked && can("connection.blocked")) {
            send(0, new ConnectionReply.Blocked("low on disk"));
        }
        blocked = true;
    }

    private void unblock() {
        if (blocked && can("connection.blocked")) {
            send(0, new ConnectionReply.Unblocked());
        }
        blocked = false;
    }

    // ---- What goes out

    private ByteBuf out() {
        ByteBuf open = out;
        if (open == null) {
            open = peer.buffer();
            out = open;
            writer = new WireWriter(open);
            peer.sendSoon();
        }
        return open;
    }

    /** For those who write frames themselves. */
    WireWriter writer() {
        out();
        WireWriter open = writer;
        if (open == null) {
            throw new IllegalStateException("no buffer");
        }
        return open;
    }

    void send(int channel, Reply reply) {
        reply.write(writer(), channel);
    }

    /** What is sent next tells of what is being changed. */
    void dependOnChange() {
        dependsOnChange = true;
    }

    /** What is sent next may be seen only when that record is durable. */
    void dependOn(long position) {
        dependsOn = Math.max(dependsOn, position);
    }

    public void heartbeat() {
        writer().heartbeat();
    }

    /** Hands what was written to the socket; after the change that it tells of. */
    public void flush() {
        ByteBuf written = out;
        if (written == null) {
            dependsOnChange = false;
            return;
        }
        out = null;
        writer = null;
        long position = dependsOnChange ? Math.max(dependsOn, loop.position()) : dependsOn;
        dependsOn = 0;
        dependsOnChange = false;
        peer.send(written, position);
    }
}
