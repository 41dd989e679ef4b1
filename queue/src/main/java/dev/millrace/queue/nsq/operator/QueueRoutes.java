package dev.millrace.queue.nsq.operator;

import dev.millrace.kernel.admin.AdminReply;
import dev.millrace.kernel.admin.AdminRequest;
import dev.millrace.kernel.admin.AdminRoute;
import dev.millrace.kernel.admin.AdminRoutes;
import dev.millrace.queue.nsq.topic.Channel;
import dev.millrace.queue.nsq.topic.Letter;
import dev.millrace.queue.nsq.topic.Topic;
import dev.millrace.queue.nsq.topic.Topics;
import dev.millrace.queue.nsq.wire.Names;
import dev.millrace.queue.server.QueueLoop;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/**
 * {@code /queue/list}, {@code /queue/peek}, {@code /queue/requeue}: what waits where, and dead
 * letters that get another chance. Answered on threads that may wait; each look is a task of the
 * loop, and a short one.
 */
public final class QueueRoutes {
    private static final int PEEK = 10;
    private static final int PEEK_MAX = 1_000;
    private static final int SLICE = 256;
    private static final long LOAD_MILLIS = 20;
    private static final int LOADS_MAX = 500;

    private final QueueLoop loop;
    private final Topics topics;

    private QueueRoutes(QueueLoop loop, Topics topics) {
        this.loop = loop;
        this.topics = topics;
    }

    /** Adds them to what the admin port answers. */
    public static void add(AdminRoutes routes, QueueLoop loop, Topics topics) {
        QueueRoutes made = new QueueRoutes(loop, topics);
        routes.add(AdminRoute.get("/queue/list", request -> made.list()));
        routes.add(AdminRoute.get("/queue/peek", made::peek));
        routes.add(AdminRoute.post("/queue/requeue", made::requeue));
    }

    private <T> T onLoop(Supplier<T> task) throws IOException, InterruptedException {
        try {
            return loop.executor().submit(() -> underLock(task)).get();
        } catch (ExecutionException failed) {
            throw new IOException(failed.getCause());
        }
    }

    private <T> T underLock(Supplier<T> task) {
        Object[] result = new Object[1];
        loop.change(() -> result[0] = task.get());
        @SuppressWarnings("unchecked")
        T typed = (T) result[0];
        return typed;
    }

    // ---- list

    private AdminReply list() throws IOException, InterruptedException {
        return AdminReply.text(onLoop(this::lines));
    }

    private String lines() {
        StringBuilder out =
                new StringBuilder(
                        String.format(
                                "%-40s %-30s %10s %10s %10s%n",
                                "TOPIC", "CHANNEL", "READY", "IN-FLIGHT", "DEFERRED"));
        for (Topic topic : topics.all()) {
            for (Channel channel : topic.receivers()) {
                out.append(
                        String.format(
                                "%-40s %-30s %10d %10d %10d%n",
                                topic.name(),
                                channel.name().isEmpty() ? "-" : channel.name(),
                                channel.depth(),
                                channel.inFlight(),
                                channel.deferred()));
            }
        }
        return out.toString();
    }

    // ---- peek

    private AdminReply peek(AdminRequest request) throws IOException, InterruptedException {
        int count = count(request);
        if (count <= 0) {
            return AdminReply.text(400, "count: not 1 to " + PEEK_MAX + "\n");
        }
        for (int load = 0; load < LOADS_MAX; load++) {
            List<Letter> found =
                    onLoop(() -> channel(request).map(from -> from.peek(count)).orElse(List.of()));
            if (!found.isEmpty()) {
                return AdminReply.text(String.join("", found.stream().map(Letter::line).toList()));
            }
            if (!onLoop(() -> channel(request).isPresent())) {
                return unknown();
            }
            if (onLoop(() -> channel(request).map(Channel::depth).orElse(0L)) == 0) {
                return AdminReply.text("");
            }
            Thread.sleep(LOAD_MILLIS);
        }
        return AdminReply.text(503, "the messages could not be read from the disk in time\n");
    }

    private static int count(AdminRequest request) {
        try {
            int count = Integer.parseInt(request.parameter("count").orElse(Integer.toString(PEEK)));
            return count > PEEK_MAX ? 0 : count;
        } catch (NumberFormatException noNumber) {
            return 0;
        }
    }

    /** The channel that is meant: the one named, or the only one. */
    private Optional<Channel> channel(AdminRequest request) {
        @Nullable Topic topic = topics.existing(request.parameter("topic").orElse(""));
        if (topic == null) {
            return Optional.empty();
        }
        Optional<String> name = request.parameter("channel");
        if (name.isPresent()) {
            return Optional.ofNullable(topic.existing(name.get()));
        }
        List<Channel> all = topic.receivers();
        return all.size() == 1 ? Optional.of(all.getFirst()) : Optional.empty();
    }

    private static AdminReply unknown() {
        return AdminReply.text(
                404, "no such topic, or not one channel (expected: topic=NAME, channel=NAME)\n");
    }

    // ---- requeue

    private AdminReply requeue(AdminRequest request) throws IOException, InterruptedException {
        String from = request.parameter("topic").orElse("");
        String to = request.parameter("to").orElse(alive(from));
        if (!Names.isValid(to) || to.equals(from)) {
            return AdminReply.text(
                    400, "topic: " + from + " (expected: a topic of dead letters, or to=TOPIC)\n");
        }
        if (!onLoop(() -> channel(request).isPresent())) {
            return unknown();
        }
        // Those that are there now; what dies meanwhile stays.
        long left = onLoop(() -> channel(request).map(Channel::depth).orElse(0L));
        long all = left;
        for (int load = 0; left > 0 && load < LOADS_MAX; ) {
            int wanted = (int) Math.min(SLICE, left);
            int moved =
                    onLoop(
                            () ->
                                    channel(request)
                                            .map(channel -> topics.move(channel, to, wanted))
                                            .orElse(0));
            left -= moved;
            if (moved == 0) {
                load++;
                Thread.sleep(LOAD_MILLIS);
            }
        }
        return left == 0
                ? AdminReply.text(all + " messages went to " + to + "\n")
                : AdminReply.text(
                        503, (all - left) + " of " + all + " messages went to " + to + "\n");
    }

    private static String alive(String dead) {
        return dead.replaceFirst("\\.dead(#ephemeral)?$", "$1");
    }
}
