package dev.millrace.bench.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;

import org.HdrHistogram.Histogram;

import java.util.function.Consumer;

/** One connection's end: matches replies to what is in flight, in order. */
final class Replies extends SimpleChannelInboundHandler<ByteBuf> {
    private final PlannedTimes inFlight = new PlannedTimes();
    private final ReplyScanner scanner = new ReplyScanner();
    private final Histogram latencyNanos;
    private final Consumer<Throwable> failed;

    Replies(Histogram latencyNanos, Consumer<Throwable> failed) {
        this.latencyNanos = latencyNanos;
        this.failed = failed;
    }

    /** Notes that a request planned for this time was sent. */
    void sent(long plannedNanos) {
        inFlight.add(plannedNanos);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
        answered(scanner.scan(bytes));
    }

    /** Counts what is still in flight as answered now. */
    int giveUp() {
        int unanswered = inFlight.count();
        answered(unanswered);
        return unanswered;
    }

    private void answered(int replies) {
        long nowNanos = System.nanoTime();
        for (int reply = 0; reply < replies; reply++) {
            latencyNanos.recordValue(Math.max(0, nowNanos - inFlight.take()));
        }
    }

    int inFlight() {
        return inFlight.count();
    }

    long errors() {
        return scanner.errors();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failed.accept(cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        failed.accept(new IllegalStateException("the server closed a connection"));
    }
}
