package dev.millrace.registry.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.concurrent.Future;

import java.util.concurrent.TimeUnit;

/** Drops a client that reads nothing of its answer for a while; a slow one may go on. */
final class Stall implements Runnable {
    private final Channel channel;
    private long left;

    private Stall(Channel channel) {
        this.channel = channel;
        this.left = left(channel);
    }

    /** Looks now and then, until it is cancelled. */
    static Future<?> watch(Channel channel, long millis) {
        return channel.eventLoop()
                .scheduleAtFixedRate(new Stall(channel), millis, millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void run() {
        long now = left(channel);
        if (now == left) {
            channel.close();
        }
        left = now;
    }

    /** Bytes that the peer's system has not taken. */
    private static long left(Channel channel) {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes() - buffer.currentProgress();
    }
}
