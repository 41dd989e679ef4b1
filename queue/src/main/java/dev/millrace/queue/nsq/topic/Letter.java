package dev.millrace.queue.nsq.topic;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.queue.backlog.Message;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A message as an operator sees it.
 *
 * @param reason why it is among the dead; empty for others
 * @param body its beginning, a char a byte
 * @param bodyBytes how long it is
 */
public record Letter(long id, Instant published, String reason, String body, int bodyBytes) {
    private static final int SHOWN_BYTES = 200;
    private static final long NANOS = 1_000_000_000;

    static Letter of(Message message) {
        int shown = Math.min(SHOWN_BYTES, message.bodyBytes());
        return new Letter(
                message.id(),
                Instant.ofEpochSecond(
                        message.timestampNanos() / NANOS, message.timestampNanos() % NANOS),
                new String(
                        Memory.bytes(message.metaAddress(), message.metaBytes()),
                        StandardCharsets.UTF_8),
                new String(Memory.bytes(message.bodyAddress(), shown), StandardCharsets.ISO_8859_1),
                message.bodyBytes());
    }

    /**
     * One line: id, time, reason in brackets, bytes, and the body with what is no ASCII as dots.
     */
    public String line() {
        return String.format(
                "%016x %s [%s] %d %s%s%n",
                id,
                published.truncatedTo(ChronoUnit.MILLIS),
                reason,
                bodyBytes,
                body.replaceAll("[^ -~]", "."),
                body.length() < bodyBytes ? "..." : "");
    }
}
