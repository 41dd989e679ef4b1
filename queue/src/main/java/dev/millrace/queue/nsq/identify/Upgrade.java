package dev.millrace.queue.nsq.identify;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.compression.SnappyFrameDecoder;
import io.netty.handler.codec.compression.SnappyFrameEncoder;
import io.netty.handler.codec.compression.ZlibCodecFactory;
import io.netty.handler.codec.compression.ZlibWrapper;
import io.netty.handler.ssl.SslContext;

/**
 * Puts between a client's socket and its handler what the two agreed on. Each step is told with an
 * OK that already has the new form; the answer to IDENTIFY still has the old one.
 *
 * <pre>
 * socket ◀─▶ TLS ◀─▶ snappy or deflate ◀─▶ handler
 * </pre>
 *
 * @see <a href="https://nsq.io/clients/tcp_protocol_spec.html#identify">IDENTIFY</a>
 */
public final class Upgrade {
    private Upgrade() {}

    /** From here on TLS. */
    public static void tls(ChannelHandlerContext handler, SslContext context) {
        before(handler, context.newHandler(handler.alloc()));
    }

    /** From here on Snappy's framing format, with checksums. */
    public static void snappy(ChannelHandlerContext handler) {
        before(handler, new SnappyFrameDecoder(true));
        before(handler, new SnappyFrameEncoder());
    }

    /**
     * From here on raw deflate, flushed with every write.
     *
     * @param level 1 to 9
     */
    public static void deflate(ChannelHandlerContext handler, int level) {
        before(handler, ZlibCodecFactory.newZlibDecoder(ZlibWrapper.NONE, 0));
        before(handler, ZlibCodecFactory.newZlibEncoder(ZlibWrapper.NONE, level));
    }

    private static void before(ChannelHandlerContext handler, ChannelHandler added) {
        ChannelPipeline pipeline = handler.pipeline();
        pipeline.addBefore(handler.name(), null, added);
    }
}
