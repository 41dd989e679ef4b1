package dev.millrace.bench.client;

import dev.millrace.bench.client.OpenLoop.Outcome;
import dev.millrace.bench.client.OpenLoop.Plan;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;

import org.HdrHistogram.Histogram;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The requests of one plan, sent as their times come. Everything runs on the one event loop: send
 * what is due, sleep until the next is, and after the last wait for the replies.
 */
final class Arrivals {
    private static final int DIGITS = 3;
    private static final int DRAIN_LOOK_MILLIS = 5;

    private final Plan plan;
    private final Histogram latencyNanos = new Histogram(DIGITS);
    private final Histogram lagNanos = new Histogram(DIGITS);
    private final List<Replies> replies = new ArrayList<>();
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

    private List<Channel> channels = List.of();
    private long startNanos;
    private long next;

    Arrivals(Plan plan) {
        this.plan = plan;
    }

    /** The handler for one more connection. */
    Replies replies() {
        Replies more = new Replies(latencyNanos, outcome::completeExceptionally);
        replies.add(more);
        return more;
    }

    CompletableFuture<Outcome> outcome() {
        return outcome;
    }

    void start(List<Channel> connected) {
        EventLoop loop = connected.getFirst().eventLoop();
        loop.execute(
                () -> {
                    TimerSlack.leastForThisThread();
                    channels = connected;
                    startNanos = System.nanoTime();
                    send(loop);
                });
    }

    private void send(EventLoop loop) {
        while (next < plan.count()) {
            long plannedNanos = plannedNanos(next);
            long nowNanos = System.nanoTime();
            if (plannedNanos > nowNanos) {
                loop.schedule(() -> send(loop), plannedNanos - nowNanos, TimeUnit.NANOSECONDS);
                return;
            }
            lagNanos.recordValue(nowNanos - plannedNanos);
            int turn = (int) (next % channels.size());
            Channel channel = channels.get(turn);
            replies.get(turn).sent(plannedNanos);
            channel.writeAndFlush(plan.requests().draw(channel.alloc()), channel.voidPromise());
            next++;
        }
        drain(loop, System.nanoTime() + TimeUnit.SECONDS.toNanos(OpenLoop.DRAIN_SECONDS_MAX));
    }

    private long plannedNanos(long number) {
        return startNanos + (long) (number * (1e9 / plan.ratePerSecond()));
    }

    private void drain(EventLoop loop, long deadlineNanos) {
        boolean answered = replies.stream().allMatch(each -> each.inFlight() == 0);
        if (answered || System.nanoTime() > deadlineNanos) {
            outcome.complete(finish());
        } else {
            loop.schedule(
                    () -> drain(loop, deadlineNanos), DRAIN_LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private Outcome finish() {
        long unanswered = replies.stream().mapToLong(Replies::giveUp).sum();
        long errors = replies.stream().mapToLong(Replies::errors).sum();
        return new Outcome(latencyNanos, lagNanos, errors, unanswered);
    }
}
