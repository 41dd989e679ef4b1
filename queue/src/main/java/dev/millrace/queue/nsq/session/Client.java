package dev.millrace.queue.nsq.session;

import dev.millrace.queue.backlog.Message;
import dev.millrace.queue.dispatch.Delivery;
import dev.millrace.queue.nsq.identify.Agreement;
import dev.millrace.queue.nsq.identify.Identity;
import dev.millrace.queue.nsq.topic.Channel;
import dev.millrace.queue.nsq.topic.Consumer;
import dev.millrace.queue.nsq.topic.InFlight;
import dev.millrace.queue.nsq.topic.Topic;
import dev.millrace.queue.nsq.wire.Body;
import dev.millrace.queue.nsq.wire.Decoder;
import dev.millrace.queue.nsq.wire.Line;
import dev.millrace.queue.nsq.wire.Refusal;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What a connection is to this node.
 *
 * <pre>
 *   FRESH ──SUB──▶ SUBSCRIBED ──CLS──▶ LEAVING
 * </pre>
 *
 * <p>Who is fresh may say who it is, and publish; so may the others. Who leaves gets no more
 * messages, and finishes those that it has.
 */
public final class Client implements Decoder.Commands, Consumer {
    /** As {@code /stats} numbers them. */
    public enum State {
        FRESH(0),
        SUBSCRIBED(3),
        LEAVING(4);

        private final int number;

        State(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }
    }

    private final Node node;
    private final ClientHandler handler;
    private final long id;
    private final long connectedMillis;
    private Verb verb = (client, line, body) -> true;
    private Agreement agreement;
    private @Nullable Identity identity;
    private State state = State.FRESH;
    private @Nullable Channel channel;
    private boolean authorized;
    private int ready;
    private int inFlight;
    private long messages;
    private long finished;
    private long requeued;
    private final Map<String, Long> published = new TreeMap<>();

    Client(Node node, ClientHandler handler) {
        this.node = node;
        this.handler = handler;
        this.id = node.newClient();
        this.connectedMillis = node.loop().nowMillis();
        this.agreement = Agreement.unasked(node.limits());
    }

    // ---- Commands

    @Override
    public Body begin(Line line) throws Refusal {
        verb = Verbs.of(line);
        return verb.begin(this, line);
    }

    @Override
    public boolean perform(Line line, ByteBuf body) throws Refusal {
        return verb.perform(this, line, body);
    }

    // ---- What verbs ask and tell

    Node node() {
        return node;
    }

    /** True until SUB. */
    boolean isFresh() {
        return state == State.FRESH;
    }

    /** True after CLS. */
    boolean isLeaving() {
        return state == State.LEAVING;
    }

    /** What it subscribed to. */
    Channel channelFor(String wanted) throws Refusal {
        Channel subscribed = channel;
        if (subscribed == null) {
            throw Refusal.closing("E_INVALID", "cannot " + wanted + " in current state");
        }
        return subscribed;
    }

    /** False if there is no space now: the command is tried again when there is. */
    boolean admit(String wanted, long bytes) throws Refusal {
        return switch (node.loop().admit(bytes, handler::resume)) {
            case ADMITTED -> true;
            case WAIT -> false;
            case REFUSED ->
                    throw Refusal.closing(
                            "E_" + wanted + "_FAILED",
                            wanted + " failed " + node.loop().store().journal().trouble());
        };
    }

    /** The command that could not be done is tried again soon. */
    void trySoon() {
        handler.resumeSoon();
    }

    void requireAuthorized(String wanted) throws Refusal {
        if (!authorized && !node.secret().isEmpty()) {
            throw Refusal.closing("E_AUTH_FIRST", "AUTH required before " + wanted);
        }
    }

    void authorize() {
        authorized = true;
    }

    /** True if it said AUTH. */
    public boolean isAuthorized() {
        return authorized;
    }

    void respond(String text) {
        handler.respond(text, false);
    }

    /** Responds when what was changed is durable. */
    void respondWhenDurable(String text) {
        handler.respond(text, true);
    }

    /**
     * Takes up what was agreed on, and answers.
     *
     * @return false if it must first be sent what it was answered before
     */
    boolean agree(Identity said, Agreement agreed) {
        boolean changes = agreed.tls() || agreed.snappy() || agreed.deflate();
        if (changes && !handler.isClear()) {
            handler.resumeSoon();
            return false;
        }
        identity = said;
        agreement = agreed;
        if (!said.negotiates()) {
            respond("OK");
        } else {
            respond(agreed.json(node.limits(), !node.secret().isEmpty()));
        }
        handler.agreed(agreed);
        return true;
    }

    void published(Topic topic, long count) {
        published.merge(topic.name(), count, Long::sum);
        handler.published();
    }

    // ---- Consuming

    void subscribe(Channel wanted) {
        channel = wanted;
        state = State.SUBSCRIBED;
        wanted.add(this);
    }

    void ready(int count) {
        ready = count;
        wake();
    }

    void finished() {
        finished++;
        inFlight--;
        wake();
    }

    void requeued() {
        requeued++;
        inFlight--;
        wake();
    }

    void leave() {
        state = State.LEAVING;
        ready = 0;
    }

    /** It may take something again. */
    void wake() {
        Channel subscribed = channel;
        if (subscribed != null && isReady()) {
            subscribed.wake();
        }
    }

    /** The connection is gone. */
    void gone() {
        ready = 0;
        Channel subscribed = channel;
        if (subscribed != null) {
            node.loop().change(() -> subscribed.remove(this));
        }
    }

    @Override
    public boolean isReady() {
        return inFlight < ready && handler.isWritable();
    }

    @Override
    public long timeoutMillis() {
        return agreement.timeoutMillis();
    }

    @Override
    public boolean isSpared() {
        int rate = agreement.sampleRate();
        return rate > 0 && ThreadLocalRandom.current().nextInt(100) >= rate;
    }

    @Override
    public void deliver(Message message, Delivery delivery) {
        inFlight++;
        messages++;
        handler.message(message, delivery);
    }

    @Override
    public void lost(InFlight message) {
        inFlight--;
        wake();
    }

    @Override
    public void close() {
        handler.close();
    }

    // ---- For /stats

    public long id() {
        return id;
    }

    public Agreement agreement() {
        return agreement;
    }

    /** What it said of itself; null if it said nothing. */
    public @Nullable Identity identity() {
        return identity;
    }

    public State state() {
        return state;
    }

    /** Host and port. */
    public String address() {
        return handler.address();
    }

    public long connectedMillis() {
        return connectedMillis;
    }

    public int readyCount() {
        return ready;
    }

    public int inFlightCount() {
        return inFlight;
    }

    public long messageCount() {
        return messages;
    }

    public long finishCount() {
        return finished;
    }

    public long requeueCount() {
        return requeued;
    }

    /** How many messages it published, by topic. */
    public Map<String, Long> publishedCounts() {
        return Map.copyOf(published);
    }
}
