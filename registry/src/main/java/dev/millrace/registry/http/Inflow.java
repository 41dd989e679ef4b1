package dev.millrace.registry.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;

/**
 * What of requests' bodies has come and is not whole. Each may have two megabytes, so thousands of
 * clients that send most of one and then nothing would take all memory: who would make it too much
 * is hung up on. On the loop.
 */
public final class Inflow {
    /** So much of all connections together. */
    static final long BYTES_MAX = 64L << 20;

    private final long bytesMax;
    private long bytes;

    public Inflow() {
        this(BYTES_MAX);
    }

    Inflow(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Bytes that have come and are not whole requests. */
    long bytes() {
        return bytes;
    }

    /** Counts those of one connection; before what gathers them. */
    ChannelInboundHandlerAdapter meter() {
        return new Meter();
    }

    private final class Meter extends ChannelInboundHandlerAdapter {
        private long gathered;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpContent content) {
                int more = content.content().readableBytes();
                if (bytes + more > bytesMax) {
                    content.release();
                    context.close();
                    return;
                }
                count(more);
            }
            context.fireChannelRead(message);
            if (message instanceof LastHttpContent) {
                count(-gathered);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            count(-gathered);
            context.fireChannelInactive();
        }

        private void count(long more) {
            gathered += more;
            bytes += more;
        }
    }
}
