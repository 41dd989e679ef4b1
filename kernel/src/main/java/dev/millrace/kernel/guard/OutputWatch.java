package dev.millrace.kernel.guard;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;

/**
 * Drops a client that does not read what it asked for. One per connection, used on its event loop
 * alone. The bytes are those in the channel's outbound buffer; the protocol handler says when it
 * has written, and the soft limit's time is kept by one task that exists only while the limit is
 * passed.
 */
public final class OutputWatch {
    private final Channel channel;
    private final Guard guard;
    private OutputLimit limit;
    private @Nullable Future<?> softDeadline;

    /** Watches nothing until the first {@link #wrote}. */
    public OutputWatch(Channel channel, OutputLimit limit, Guard guard) {
        this.channel = channel;
        this.limit = limit;
        this.guard = guard;
    }

    /** Other limits from the next write on, as when a client subscribes. */
    public void limit(OutputLimit other) {
        limit = other;
        forget();
    }

    /** After each write: the client may be dropped here. */
    public void wrote() {
        long pending = pendingBytes(channel);
        if (limit.hardBytes() > 0 && pending >= limit.hardBytes()) {
            drop(Refusal.OUTPUT_HARD);
        } else if (limit.softBytes() > 0 && pending >= limit.softBytes()) {
            if (softDeadline == null) {
                softDeadline =
                        channel.eventLoop()
                                .schedule(
                                        this::softTimeIsUp,
                                        limit.softFor().toNanos(),
                                        TimeUnit.NANOSECONDS);
            }
        } else {
            forget();
        }
    }

    /** How many bytes wait for the peer; 0 once the channel is closed. */
    public static long pendingBytes(Channel channel) {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    /** Between two writes the buffer only shrinks, so what is above now was above all the time. */
    private void softTimeIsUp() {
        softDeadline = null;
        if (pendingBytes(channel) >= limit.softBytes()) {
            drop(Refusal.OUTPUT_SOFT);
        }
    }

    private void drop(Refusal reason) {
        forget();
        if (channel.isOpen()) {
            guard.dropped(reason);
            channel.close();
        }
    }

    private void forget() {
        if (softDeadline != null) {
            softDeadline.cancel(false);
            softDeadline = null;
        }
    }
}
