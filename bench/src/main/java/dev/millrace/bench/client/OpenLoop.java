package dev.millrace.bench.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;

import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An open-loop generator: requests are sent at planned times, evenly spaced, whether or not earlier
 * ones were answered, and each latency counts from the <em>planned</em> time. So a stalled server
 * is charged for everyone who would have come meanwhile (no coordinated omission), as in wrk2.
 *
 * <p>One thread sends and receives, so nothing is shared. It sleeps between requests rather than
 * spin: on two cores a spinning client would take a whole one from the server's background work,
 * and be descheduled itself for milliseconds at a time. What its own lateness adds to a latency is
 * recorded as lag and belongs beside every result.
 */
public final class OpenLoop {
    static final int DRAIN_SECONDS_MAX = 10;
    private static final int CONNECT_SECONDS_MAX = 10;

    private OpenLoop() {}

    /**
     * What to send.
     *
     * @param ratePerSecond over all connections, which take turns
     */
    public record Plan(
            int port, int connections, double ratePerSecond, double seconds, Requests requests) {
        /** How many requests that makes. */
        public long count() {
            return (long) (ratePerSecond * seconds);
        }
    }

    /**
     * What came of it.
     *
     * @param latencyNanos from the planned send time to the reply
     * @param lagNanos from the planned send time to the real one
     * @param errors how many replies were errors
     * @param unanswered how many had no reply at the end; they count as answered then
     */
    public record Outcome(
            Histogram latencyNanos, Histogram lagNanos, long errors, long unanswered) {}

    /** Runs the plan to its end. */
    public static Outcome run(Plan plan) throws IOException, InterruptedException {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try {
            Arrivals arrivals = new Arrivals(plan);
            arrivals.start(connect(group, plan, arrivals));
            return arrivals.outcome()
                    .get((long) plan.seconds() + 2 * DRAIN_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            throw new IOException("open loop: " + failure, failure);
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
        }
    }

    private static List<Channel> connect(EventLoopGroup group, Plan plan, Arrivals arrivals)
            throws IOException, InterruptedException {
        List<Channel> channels = new ArrayList<>();
        for (int number = 0; number < plan.connections(); number++) {
            ChannelFuture connecting =
                    new Bootstrap()
                            .group(group)
                            .channel(EpollSocketChannel.class)
                            .option(ChannelOption.TCP_NODELAY, true)
                            .handler(arrivals.replies())
                            .connect("127.0.0.1", plan.port());
            if (!connecting.await(CONNECT_SECONDS_MAX, TimeUnit.SECONDS)
                    || !connecting.isSuccess()) {
                throw new IOException("open loop: cannot connect to port " + plan.port());
            }
            channels.add(connecting.channel());
        }
        return channels;
    }
}
