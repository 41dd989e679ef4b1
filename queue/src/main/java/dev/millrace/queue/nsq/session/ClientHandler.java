package dev.millrace.queue.nsq.session;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.queue.backlog.Message;
import dev.millrace.queue.dispatch.Delivery;
import dev.millrace.queue.nsq.identify.Agreement;
import dev.millrace.queue.nsq.identify.Upgrade;
import dev.millrace.queue.nsq.wire.Decoder;
import dev.millrace.queue.nsq.wire.Frames;
import dev.millrace.queue.nsq.wire.Refusal;
import dev.millrace.queue.server.Outlet;
import dev.millrace.queue.server.Part;
import dev.millrace.queue.server.QueueLoop;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.ScheduledFuture;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * A client's socket. What comes is looked at when the turn of the loop ends; what comes of it is
 * gathered, and sent when the changes of all are committed.
 */
public final class ClientHandler extends ChannelInboundHandlerAdapter implements Part {
    private static final String HEARTBEAT = "_heartbeat_";
    private static final String OK = "OK";
    private static final int OUT_BYTES = 1_024;
    private static final int UNSENT_BYTES_MAX = 256 * 1024;
    private static final long SOON_MILLIS = 5;

    private final Node node;
    private final QueueLoop loop;
    private final io.netty.channel.Channel channel;
    private final Outlet outlet;
    private final Client client;
    private final Decoder decoder;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBuf in;
    private @Nullable ByteBuf out;
    private long outDependsOn;
    private boolean outDependsOnChange;
    private boolean joined;
    private boolean delayed;
    private boolean pushedBack;
    private boolean published;
    private boolean upgraded;
    private boolean closing;
    private long heardMillis;
    private @Nullable ScheduledFuture<?> heartbeat;

    public ClientHandler(Node node, io.netty.channel.Channel channel) {
        this.node = node;
        this.loop = node.loop();
        this.channel = channel;
        this.outlet = loop.outlet(channel);
        this.client = new Client(node, this);
        this.decoder = new Decoder(client, Decoder.NSQD);
    }

    Client client() {
        return client;
    }

    // ---- Coming and going

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        node.opened(this);
        heardMillis = loop.nowMillis();
        beat(client.agreement());
    }

    @Override
    public void channelInactive(ChannelHandlerContext gone) {
        closing = true;
        ScheduledFuture<?> beating = heartbeat;
        if (beating != null) {
            beating.cancel(false);
        }
        node.closed(this);
        client.gone();
        outlet.gone();
        in = released(in);
        out = released(out);
        gone.fireChannelInactive();
    }

    private static @Nullable ByteBuf released(@Nullable ByteBuf buffer) {
        if (buffer != null) {
            buffer.release();
        }
        return null;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext here, Throwable cause) {
        // A broken stream below: TLS, a compression's checksum, a reset.
        here.close();
    }

    /**
     * True if it is to be given more messages: what was gathered, and what waits to become durable,
     * is bounded as the socket's own buffer is. Who has so much on the way says FIN, or takes from
     * its socket, and is asked again then.
     */
    boolean isWritable() {
        ByteBuf gathering = out;
        long unsent = outlet.heldBytes() + (gathering == null ? 0 : gathering.readableBytes());
        return !closing && unsent < UNSENT_BYTES_MAX && channel.isWritable();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext here) {
        client.wake();
        here.fireChannelWritabilityChanged();
    }

    String address() {
        return channel.remoteAddress() instanceof InetSocketAddress tcp
                ? tcp.getAddress().getHostAddress() + ":" + tcp.getPort()
                : String.valueOf(channel.remoteAddress());
    }

    /** Sends what there is, and closes. */
    void close() {
        if (!closing) {
            closing = true;
            node.sends(this);
        }
    }

    // ---- Reading

    @Override
    public void channelRead(ChannelHandlerContext here, Object message) {
        heardMillis = loop.nowMillis();
        ByteBuf bytes = (ByteBuf) message;
        if (closing) {
            bytes.release();
            return;
        }
        ByteBuf before = in;
        in =
                before == null
                        ? bytes
                        : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(
                                here.alloc(), before, bytes);
        join();
    }

    private void join() {
        if (!joined) {
            joined = true;
            loop.join(this);
        }
    }

    @Override
    public void change() {
        joined = false;
        ByteBuf buffer = in;
        if (buffer == null || delayed || closing) {
            return;
        }
        steps(buffer);
        if (!buffer.isReadable() || closing) {
            in = released(in);
        } else if (buffer.refCnt() == 1) {
            buffer.discardSomeReadBytes();
        }
    }

    @Override
    public void committed() {
        pushBack();
    }

    @Override
    public void failed(RuntimeException cause) {
        loop.log().error("an NSQ connection ends", "cause", cause);
        channel.close();
    }

    private void steps(ByteBuf buffer) {
        boolean goesOn = true;
        while (goesOn && !closing) {
            try {
                goesOn = goesOn(decoder.step(buffer));
            } catch (Refusal refusal) {
                Frames.error(out(), refusal);
                if (refusal.isClosing()) {
                    close();
                }
            }
            if (upgraded && buffer.isReadable()) {
                // It was sent before our answer: by somebody else, or to be taken for what TLS
                // protects.
                close();
            }
            upgraded = false;
        }
    }

    private boolean goesOn(Decoder.Step step) {
        return switch (step) {
            case TAKEN -> true;
            case PARTIAL -> false;
            case DELAYED -> {
                delayed = true;
                read();
                yield false;
            }
            case ENDLESS -> {
                close();
                yield false;
            }
        };
    }

    /** Tries a delayed command again. */
    void resume() {
        if (delayed) {
            delayed = false;
            join();
            read();
        }
    }

    /** The same, in some milliseconds. */
    void resumeSoon() {
        loop.executor().schedule(this::resume, SOON_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void read() {
        channel.config().setAutoRead(!delayed && !pushedBack);
    }

    void published() {
        published = true;
    }

    /** Who publishes faster than the disk writes is read from more slowly. */
    private void pushBack() {
        if (!published || pushedBack) {
            return;
        }
        published = false;
        long millis =
                Math.max(
                        loop.isCongested() ? SOON_MILLIS : 0,
                        loop.store().journal().pushBackMillis());
        if (millis > 0) {
            pushedBack = true;
            read();
            loop.executor().schedule(this::goOn, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void goOn() {
        pushedBack = loop.isCongested();
        if (pushedBack) {
            loop.executor().schedule(this::goOn, SOON_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            read();
        }
    }

    // ---- Sending

    private ByteBuf out() {
        ByteBuf gathering = out;
        if (gathering == null) {
            gathering = channel.alloc().directBuffer(OUT_BYTES);
            out = gathering;
            node.sends(this);
        }
        return gathering;
    }

    void respond(String text, boolean dependsOnChange) {
        Frames.response(out(), text);
        outDependsOnChange |= dependsOnChange;
    }

    void message(Message message, Delivery delivery) {
        ByteBuf gathering = out();
        int bytes = message.bodyBytes();
        gathering.ensureWritable(Frames.MESSAGE_OVERHEAD + bytes);
        Frames.message(
                gathering, message.timestampNanos(), delivery.attempts(), delivery.id(), bytes);
        if (gathering.hasMemoryAddress()) {
            long end = gathering.memoryAddress() + gathering.writerIndex();
            Memory.copy(message.bodyAddress(), end, bytes);
            gathering.writerIndex(gathering.writerIndex() + bytes);
        } else {
            gathering.writeBytes(Memory.buffer(message.bodyAddress(), bytes));
        }
        outDependsOn = Math.max(outDependsOn, delivery.position());
    }

    /** Hands what was gathered to the outlet; the turn's changes are committed. */
    void send() {
        gathered();
        outlet.flush();
        if (closing) {
            outlet.closeAfterWrites();
        }
    }

    private void gathered() {
        ByteBuf ready = out;
        if (ready != null) {
            out = null;
            outlet.write(
                    ready,
                    outDependsOnChange ? Math.max(loop.position(), outDependsOn) : outDependsOn);
            outDependsOn = 0;
            outDependsOnChange = false;
        }
    }

    /** True if it was sent everything. */
    boolean isClear() {
        return out == null && outlet.isClear();
    }

    // ---- What was agreed on

    void agreed(Agreement agreement) {
        beat(agreement);
        ChannelHandlerContext here = context;
        boolean changes = agreement.tls() || agreement.snappy() || agreement.deflate();
        if (here == null || !changes) {
            return;
        }
        gathered();
        upgraded = true;
        if (agreement.tls()) {
            node.tls().ifPresent(tls -> Upgrade.tls(here, tls));
            respondNow();
        }
        if (agreement.snappy()) {
            Upgrade.snappy(here);
            respondNow();
        }
        if (agreement.deflate()) {
            Upgrade.deflate(here, agreement.deflateLevel());
            respondNow();
        }
    }

    private void respondNow() {
        respond(OK, false);
        gathered();
    }

    // ---- Heartbeats

    private void beat(Agreement agreement) {
        ScheduledFuture<?> before = heartbeat;
        if (before != null) {
            before.cancel(false);
            heartbeat = null;
        }
        long millis = agreement.heartbeatMillis();
        if (millis > 0) {
            heartbeat =
                    loop.executor()
                            .scheduleAtFixedRate(
                                    () -> heartbeat(millis), millis, millis, TimeUnit.MILLISECONDS);
        }
    }

    /** Who said nothing for two heartbeats is gone. */
    private void heartbeat(long millis) {
        boolean reads = !delayed && !pushedBack;
        if (reads && loop.nowMillis() - heardMillis >= 2 * millis) {
            channel.close();
        } else {
            respond(HEARTBEAT, false);
        }
    }
}
