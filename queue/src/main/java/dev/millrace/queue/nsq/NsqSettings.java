package dev.millrace.queue.nsq;

import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.room.RoomContext;
import dev.millrace.queue.nsq.identify.Limits;

import java.time.Duration;
import java.util.List;

/** What an operator can set of NSQ. */
final class NsqSettings {
    static final Setting<Integer> PORT =
            Setting.port("queue.nsq.port", 4150, "port for NSQ clients");

    static final Setting<Integer> HTTP_PORT =
            Setting.port("queue.nsq.http.port", 4151, "port for nsqd's HTTP interface");

    static final Setting<Integer> LOOKUP_PORT =
            Setting.port("queue.nsqlookup.port", 4160, "port for nsqds that register");

    static final Setting<Integer> LOOKUP_HTTP_PORT =
            Setting.port("queue.nsqlookup.http.port", 4161, "port for those who look for a topic");

    static final Setting<String> BROADCAST =
            Setting.text(
                    "queue.nsq.broadcast-address",
                    "",
                    "where consumers reach this node; default: where it listens");

    static final Setting<String> SECRET =
            Setting.text("queue.nsq.secret", "", "what NSQ clients must say with AUTH");

    private static final Limits NSQD = Limits.DEFAULT;

    private static final Setting<Long> MESSAGE_BYTES =
            Setting.bytes(
                    "queue.nsq.max-msg-size",
                    NSQD.messageBytesMax(),
                    1,
                    1 << 28,
                    "a message from NSQ clients is at most so long");

    private static final Setting<Long> BODY_BYTES =
            Setting.bytes(
                    "queue.nsq.max-body-size",
                    NSQD.bodyBytesMax(),
                    1,
                    1 << 28,
                    "many messages at once are at most so long together");

    private static final Setting<Duration> TIMEOUT =
            Setting.duration(
                    "queue.nsq.msg-timeout",
                    Duration.ofMillis(NSQD.timeoutMillis()),
                    Duration.ofMillis(1),
                    Duration.ofDays(1),
                    "how long a consumer has for a message");

    private static final Setting<Duration> TIMEOUT_MAX =
            Setting.duration(
                    "queue.nsq.max-msg-timeout",
                    Duration.ofMillis(NSQD.timeoutMillisMax()),
                    Duration.ofMillis(1),
                    Duration.ofDays(24),
                    "the most that it can ask for");

    private static final Setting<Duration> DEFER_MAX =
            Setting.duration(
                    "queue.nsq.max-req-timeout",
                    Duration.ofMillis(NSQD.deferMillisMax()),
                    "the longest that a message can be put off");

    private static final Setting<Duration> HEARTBEAT =
            Setting.duration(
                    "queue.nsq.heartbeat",
                    Duration.ofMillis(NSQD.heartbeatMillis()),
                    Duration.ofMillis(100),
                    Duration.ofHours(1),
                    "how often a client is asked for a sign of life; twice without: it is gone");

    private static final Setting<Duration> HEARTBEAT_MAX =
            Setting.duration(
                    "queue.nsq.max-heartbeat",
                    Duration.ofMillis(NSQD.heartbeatMillisMax()),
                    Duration.ofSeconds(1),
                    Duration.ofHours(1),
                    "the longest that a client can ask for");

    private static final Setting<Long> READY_MAX =
            Setting.count(
                    "queue.nsq.max-rdy-count",
                    NSQD.readyMax(),
                    "a consumer has at most so many messages at once");

    private static final Setting<Long> ATTEMPTS_MAX =
            Setting.count(
                    "queue.nsq.max-attempts",
                    NSQD.attemptsMax(),
                    0,
                    60_000,
                    "after so many attempts a message goes to TOPIC.dead; 0: never");

    static final List<Setting<?>> ALL =
            List.of(
                    PORT,
                    HTTP_PORT,
                    LOOKUP_PORT,
                    LOOKUP_HTTP_PORT,
                    BROADCAST,
                    SECRET,
                    MESSAGE_BYTES,
                    BODY_BYTES,
                    TIMEOUT,
                    TIMEOUT_MAX,
                    DEFER_MAX,
                    HEARTBEAT,
                    HEARTBEAT_MAX,
                    READY_MAX,
                    ATTEMPTS_MAX);

    private NsqSettings() {}

    static Limits limits(RoomContext context) {
        return new Limits(
                Math.toIntExact(context.get(MESSAGE_BYTES)),
                Math.toIntExact(context.get(BODY_BYTES)),
                context.get(TIMEOUT).toMillis(),
                context.get(TIMEOUT_MAX).toMillis(),
                context.get(DEFER_MAX).toMillis(),
                context.get(HEARTBEAT).toMillis(),
                context.get(HEARTBEAT_MAX).toMillis(),
                Math.toIntExact(context.get(READY_MAX)),
                Math.toIntExact(context.get(ATTEMPTS_MAX)));
    }
}
