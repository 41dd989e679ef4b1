package dev.millrace.queue.amqp.session;

import dev.millrace.queue.amqp.broker.AmqpQueue;
import dev.millrace.queue.amqp.broker.Broker;
import dev.millrace.queue.amqp.method.AccessMethod;
import dev.millrace.queue.amqp.method.AccessReply;
import dev.millrace.queue.amqp.method.BasicMethod;
import dev.millrace.queue.amqp.method.BasicReply;
import dev.millrace.queue.amqp.method.ChannelMethod;
import dev.millrace.queue.amqp.method.ChannelReply;
import dev.millrace.queue.amqp.method.ConfirmMethod;
import dev.millrace.queue.amqp.method.ConfirmReply;
import dev.millrace.queue.amqp.method.ConnectionMethod;
import dev.millrace.queue.amqp.method.ExchangeMethod;
import dev.millrace.queue.amqp.method.Method;
import dev.millrace.queue.amqp.method.Methods;
import dev.millrace.queue.amqp.method.QueueMethod;
import dev.millrace.queue.amqp.method.Reply;
import dev.millrace.queue.amqp.method.TxMethod;
import dev.millrace.queue.amqp.wire.AmqpError;
import dev.millrace.queue.amqp.wire.FrameType;
import dev.millrace.queue.amqp.wire.WireReader;
import dev.millrace.queue.backlog.Message;
import dev.millrace.queue.dispatch.Delivery;

import io.netty.buffer.ByteBuf;

/**
 * A channel of a connection (specification, section 1.5).
 *
 * <pre>
 *   FRESH ──open──▶ OPEN ──client's close: close-ok──▶ gone
 *                    │
 *                    └──soft error: close──▶ CLOSING ──close-ok──▶ gone
 * </pre>
 *
 * <p>In CLOSING everything but close and close-ok is passed over. What it had unacknowledged is
 * given back when it leaves OPEN.
 */
final class Session {
    private enum State {
        FRESH,
        OPEN,
        CLOSING
    }

    private final Connection connection;
    private final int number;
    private final Incoming incoming;
    private final Repeated<Method> published =
            new Repeated<>(
                    Methods.find(BasicMethod.Publish.CLASS, BasicMethod.Publish.METHOD)::read);
    private final Confirms confirms;
    private final Outbox outbox;
    private final Subscriptions subscriptions;
    private final Settlements settlements;
    private final Publishing publishing;
    private final Declarations declarations;
    private State state = State.FRESH;
    private int classId;
    private int methodId;
    private long lastTag;
    private int globalPrefetch;

    Session(Connection connection, int number) {
        this.connection = connection;
        this.number = number;
        this.incoming = new Incoming(connection.options().messageBytesMax());
        this.confirms = new Confirms(connection, number);
        this.outbox = new Outbox(connection, number);
        this.settlements = new Settlements(this);
        this.subscriptions = new Subscriptions(this);
        this.publishing = new Publishing(this, confirms, settlements);
        this.declarations = new Declarations(this);
    }

    Connection connection() {
        return connection;
    }

    Broker broker() {
        return connection.broker();
    }

    int number() {
        return number;
    }

    Outbox outbox() {
        return outbox;
    }

    /** The queue that is meant where none is named. */
    String named(String queue) {
        return declarations.named(queue);
    }

    Subscriptions subscriptions() {
        return subscriptions;
    }

    Settlements settlements() {
        return settlements;
    }

    // ---- What comes in

    void frame(int type, ByteBuf payload) {
        guarded(() -> take(type, payload));
    }

    /** Does something on the client's behalf; what it may not ends the channel or more. */
    void guarded(Runnable action) {
        try {
            action.run();
        } catch (AmqpError error) {
            if (error.code().isHard()) {
                connection.fail(error, classId, methodId);
            } else {
                fail(error);
            }
        }
    }

    private void take(int type, ByteBuf payload) {
        if (state == State.CLOSING) {
            passOver(type, payload);
            return;
        }
        if (!incoming.isExpected()) {
            // What is said of a frame is said of no method.
            classId = 0;
            methodId = 0;
        }
        if (type == FrameType.HEARTBEAT) {
            throw AmqpError.unexpectedFrame("type 8, all octets = <<>>");
        }
        if (incoming.isExpected()) {
            if (incoming.frame(type, payload)) {
                publishing.publish(incoming);
            }
            return;
        }
        if (type != FrameType.METHOD) {
            throw AmqpError.unexpectedFrame("expected method frame, got non method frame instead");
        }
        handle(method(payload), payload.writerIndex());
    }

    private Method method(ByteBuf payload) {
        WireReader reader = new WireReader(payload);
        classId = reader.u16();
        methodId = reader.u16();
        if (classId == BasicMethod.Publish.CLASS && methodId == BasicMethod.Publish.METHOD) {
            return published.read(payload);
        }
        return Methods.find(classId, methodId).read(payload);
    }

    private void passOver(int type, ByteBuf payload) {
        if (type != FrameType.METHOD) {
            return;
        }
        switch (method(payload)) {
            case ChannelMethod.CloseOk _ -> leave();
            case ChannelMethod.Close _ -> send(new ChannelMethod.CloseOk());
            default -> {}
        }
    }

    private void handle(Method method, int methodBytes) {
        if (state == State.FRESH && !(method instanceof ChannelMethod.Open)) {
            throw AmqpError.channelError("expected 'channel.open'");
        }
        switch (method) {
            case ChannelMethod own -> handle(own);
            case ConnectionMethod _ -> throw AmqpError.commandInvalid("unimplemented method");
            case AccessMethod _ -> send(new AccessReply.RequestOk());
            case ExchangeMethod exchange -> declarations.handle(exchange, methodBytes);
            case QueueMethod queue -> declarations.handle(queue, methodBytes);
            case BasicMethod basic -> handle(basic);
            case ConfirmMethod.Select select -> selectConfirms(select);
            case TxMethod tx -> publishing.handle(tx);
        }
    }

    private void handle(ChannelMethod method) {
        switch (method) {
            case ChannelMethod.Open _ -> open();
            case ChannelMethod.Close _ -> closedByClient();
            case ChannelMethod.CloseOk _ -> throw AmqpError.commandInvalid("unimplemented method");
            case ChannelMethod.Flow(boolean active) -> flow(active);
            case ChannelMethod.FlowOk _ -> {}
        }
    }

    private void handle(BasicMethod method) {
        switch (method) {
            case BasicMethod.Publish publish -> incoming.begin(publish);
            case BasicMethod.Qos qos -> qos(qos);
            case BasicMethod.Consume consume -> subscriptions.consume(consume);
            case BasicMethod.Cancel cancel -> subscriptions.cancel(cancel);
            case BasicMethod.CancelOk _ -> {}
            case BasicMethod.Get get -> subscriptions.get(get);
            case BasicMethod.Ack(long tag, boolean multiple) -> settlements.ack(tag, multiple);
            case BasicMethod.Nack(long tag, boolean multiple, boolean requeue) ->
                    settlements.reject(tag, multiple, requeue);
            case BasicMethod.Reject(long tag, boolean requeue) ->
                    settlements.reject(tag, false, requeue);
            case BasicMethod.Recover(boolean requeue) -> settlements.recover(requeue, true);
            case BasicMethod.RecoverAsync(boolean requeue) -> settlements.recover(requeue, false);
        }
    }

    private void open() {
        if (state != State.FRESH) {
            throw AmqpError.channelError("second 'channel.open' seen");
        }
        connection.requireRoom();
        state = State.OPEN;
        send(new ChannelReply.OpenOk());
    }

    private void flow(boolean active) {
        if (!active) {
            throw AmqpError.notImplemented("active=false");
        }
        send(new ChannelMethod.FlowOk(true));
    }

    private void selectConfirms(ConfirmMethod.Select select) {
        if (publishing.isTransactional()) {
            throw AmqpError.preconditionFailed("cannot switch from tx to confirm mode");
        }
        confirms.select();
        if (!select.noWait()) {
            send(new ConfirmReply.SelectOk());
        }
    }

    /** RabbitMQ's reading of the two kinds: for each new consumer, or for the whole channel. */
    private void qos(BasicMethod.Qos qos) {
        if (qos.prefetchSize() != 0) {
            throw AmqpError.notImplemented("prefetch_size!=0 (" + qos.prefetchSize() + ")");
        }
        if (qos.global()) {
            globalPrefetch = qos.prefetchCount();
        } else {
            globalPrefetch = 0;
            subscriptions.prefetch(qos.prefetchCount());
        }
        send(new BasicReply.QosOk());
        wake();
    }

    // ---- What goes out

    void send(Reply reply) {
        connection.send(number, reply);
    }

    /** Confirms what was published since the last time. */
    void flushConfirms() {
        if (state == State.OPEN) {
            confirms.flush();
        }
    }

    long nextTag() {
        return ++lastTag;
    }

    /** True if the whole channel takes one more message. */
    boolean mayTake(boolean noAck) {
        return state == State.OPEN
                && connection.isWritable()
                && (noAck || globalPrefetch == 0 || settlements.count() < globalPrefetch);
    }

    void deliver(Subscription subscription, Delivery delivery, Message message) {
        long tag = nextTag();
        connection.dependOn(delivery.position());
        outbox.deliver(subscription.tag(), tag, delivery.isRedelivered(), message);
        if (!subscription.noAck()) {
            settlements.sent(tag, subscription.queue(), delivery, subscription);
        }
    }

    /** True if one message settled may let another consumer of the channel go on. */
    boolean isLimited() {
        return globalPrefetch > 0;
    }

    /** A consumer's queue is gone. */
    void cancelled(Subscription subscription) {
        subscriptions.forget(subscription);
        if (state == State.OPEN && connection.can("consumer_cancel_notify")) {
            send(new BasicMethod.Cancel(subscription.tag(), true));
        }
    }

    /** It may be able to take more. */
    void wake() {
        subscriptions.queues().forEach(AmqpQueue::wake);
    }

    // ---- Its end

    private void closedByClient() {
        flushConfirms();
        release();
        send(new ChannelMethod.CloseOk());
        leave();
    }

    private void fail(AmqpError error) {
        if (state == State.CLOSING) {
            return;
        }
        flushConfirms();
        release();
        state = State.CLOSING;
        send(new ChannelMethod.Close(error.code().code(), error.replyText(), classId, methodId));
    }

    private void leave() {
        connection.forget(this);
    }

    /** What it holds is others' to have. */
    void release() {
        state = State.CLOSING;
        incoming.free();
        subscriptions.release();
        settlements.release();
        publishing.release();
    }
}
