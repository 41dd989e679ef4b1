package dev.millrace.queue.server;

import dev.millrace.kernel.room.Durability;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.util.ReferenceCounted;

import java.util.ArrayDeque;

/**
 * What a connection is sent. Bytes that depend on a record that is not yet durable wait here, and
 * everything behind them. On the loop.
 */
public final class Outlet implements Durability.Holder {
    private record Held(ReferenceCounted message, long position) {
        int bytes() {
            return message instanceof ByteBuf buffer ? buffer.readableBytes() : 0;
        }
    }

    private final Durability durability;
    private final Channel channel;
    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private long heldBytes;
    private boolean closing;

    Outlet(Durability durability, Channel channel) {
        this.durability = durability;
        this.channel = channel;
    }

    /**
     * Sends bytes, or what a handler makes bytes of, when what they depend on is durable as the
     * room's policy has it; {@link #flush} follows.
     *
     * @param message the outlet's from here on
     * @param dependsOn the position of a record; 0: of none
     */
    public void write(ReferenceCounted message, long dependsOn) {
        if (held.isEmpty() && durability.has(dependsOn)) {
            channel.write(message, channel.voidPromise());
            return;
        }
        if (held.isEmpty()) {
            durability.await(this);
        }
        Held last = new Held(message, dependsOn);
        held.add(last);
        heldBytes += last.bytes();
        durability.held();
    }

    /** How many bytes wait here; of buffers only. */
    public long heldBytes() {
        return heldBytes;
    }

    /** True if nothing waits here. */
    public boolean isClear() {
        return held.isEmpty();
    }

    public void flush() {
        channel.flush();
    }

    /** Closes the connection when all was sent. */
    public void closeAfterWrites() {
        closing = true;
        if (held.isEmpty()) {
            channel.writeAndFlush(channel.alloc().buffer(0))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public boolean release() {
        boolean any = false;
        while (!held.isEmpty() && durability.has(held.element().position)) {
            Held first = held.remove();
            heldBytes -= first.bytes();
            channel.write(first.message, channel.voidPromise());
            any = true;
        }
        if (any) {
            channel.flush();
        }
        if (closing && held.isEmpty()) {
            closeAfterWrites();
        }
        return !held.isEmpty();
    }

    /** The connection is gone: what was held is let go. To be called when it becomes inactive. */
    public void gone() {
        while (!held.isEmpty()) {
            held.remove().message.release();
        }
    }
}
