package dev.millrace.kv.embedded;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Changes of several rooms that happen wholly or not at all:
 *
 * <pre>{@code
 * CompletableFuture<List<Answer>> done =
 *         node.begin()
 *                 .command("SET", "order:1", "paid")
 *                 .publish("orders", body)
 *                 .append("order-1", "paid", json, Expected.revision(3))
 *                 .commit();
 * }</pre>
 *
 * <p>It goes the way of EXEC: all is checked before anything is done, and it is one record. One
 * thread at a time; committed once.
 */
public final class Block {
    /** What would end the block, or have answers that are not its. */
    private static final Set<String> NOT_WITHIN =
            Set.of(
                    "auth",
                    "client",
                    "discard",
                    "exec",
                    "hello",
                    "monitor",
                    "multi",
                    "psubscribe",
                    "quit",
                    "reset",
                    "ssubscribe",
                    "subscribe",
                    "watch");

    private static final byte[] LINE_END = {'\r', '\n'};

    /** Has a block executed. */
    @FunctionalInterface
    public interface Execution {
        /**
         * @param requests MULTI, what was added, and EXEC, as a client would send them
         * @param queued how many commands were added
         */
        CompletableFuture<List<Answer>> of(byte[] requests, int queued);
    }

    private final Execution execution;
    private final ByteArrayOutputStream requests = new ByteArrayOutputStream();

    /** Without MULTI. */
    private int queued = -1;

    private boolean committed;

    /** For a node; others ask it to begin one. */
    public Block(Execution execution) {
        this.execution = execution;
        add(utf8("MULTI"));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Block add(byte[]... words) {
        if (committed) {
            throw new IllegalStateException("committed already");
        }
        queued++;
        head('*', words.length);
        for (byte[] word : words) {
            head('$', word.length);
            requests.writeBytes(word);
            requests.writeBytes(LINE_END);
        }
        return this;
    }

    private void head(char kind, int count) {
        requests.writeBytes(utf8(kind + Integer.toString(count)));
        requests.writeBytes(LINE_END);
    }

    // ---- What happens in it

    /** A command of Redis, its words as UTF-8. */
    public Block command(String... words) {
        byte[][] bytes = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            bytes[i] = utf8(words[i]);
        }
        return command(bytes);
    }

    /** A command of Redis. */
    public Block command(byte[]... words) {
        if (words.length == 0) {
            throw new IllegalArgumentException("words: 0 (expected: >= 1)");
        }
        String name = new String(words[0], StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        if (NOT_WITHIN.contains(name)) {
            throw new IllegalArgumentException(name + ": not within a block");
        }
        return add(words);
    }

    /** A message for an NSQ topic. */
    public Block publish(String topic, byte[] body) {
        return add(utf8("MR.PUB"), utf8(topic), body);
    }

    /** One that nobody is to have before some time has passed. */
    public Block publish(String topic, byte[] body, Duration delay) {
        return add(
                utf8("MR.PUB"),
                utf8(topic),
                body,
                utf8("DELAY"),
                utf8(Long.toString(delay.toMillis())));
    }

    /**
     * A message for the queues that an AMQP exchange sends it to; it answers how many these are.
     */
    public Block publishTo(String exchange, String routingKey, byte[] body) {
        return add(utf8("MR.PUBX"), utf8(exchange), utf8(routingKey), body);
    }

    /** An event for a stream; it answers its revision. */
    public Block append(String stream, String type, byte[] data, Expected expected) {
        return add(
                utf8("MR.APPEND"),
                utf8(stream),
                utf8(type),
                data,
                utf8("EXPECT"),
                utf8(expected.word()));
    }

    /** One with metadata, which is JSON. */
    public Block append(String stream, String type, byte[] data, byte[] meta, Expected expected) {
        return add(
                utf8("MR.APPEND"),
                utf8(stream),
                utf8(type),
                data,
                utf8("META"),
                meta,
                utf8("EXPECT"),
                utf8(expected.word()));
    }

    // ---- Its end

    /**
     * Does it all, or nothing.
     *
     * @return what each answered, when all of it is as durable as the rooms' policies ask; {@link
     *     NothingChanged} if it was refused; {@link IllegalStateException} if the node stopped
     *     before that was known. What depends on it runs on a thread of its own
     */
    public CompletableFuture<List<Answer>> commit() {
        int all = queued;
        add(utf8("EXEC"));
        committed = true;
        return execution.of(requests.toByteArray(), all);
    }
}
