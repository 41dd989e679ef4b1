package dev.millrace.queue.amqp.broker;

import dev.millrace.queue.amqp.wire.FieldValue;
import dev.millrace.queue.amqp.wire.Properties;
import dev.millrace.queue.amqp.wire.Table;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Why a message left its queue for the dead-letter exchange, and what is written of it into its
 * headers: an entry of {@code x-death} for each queue and reason, the latest first (RabbitMQ, Dead
 * Letter Exchanges).
 */
enum Death {
    REJECTED,
    EXPIRED,
    MAXLEN;

    private static final String DEATHS = "x-death";
    private static final String QUEUE = "queue";
    private static final String REASON = "reason";
    private static final String COUNT = "count";

    /** As clients read it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The properties of a message that died in a queue; it expires no more. */
    Properties recorded(String queue, Meta meta, long nowMillis) {
        Table headers = meta.properties().headers();
        List<FieldValue> others = new ArrayList<>();
        Table entry = entry(queue, meta, nowMillis);
        for (Table death : deaths(headers)) {
            if (isOf(death, queue)) {
                // It says when and how that came the first time, as with RabbitMQ.
                entry = death.with(COUNT, death.whole(COUNT).orElse(1) + 1);
            } else {
                others.add(new FieldValue.Nested(death));
            }
        }
        others.addFirst(new FieldValue.Nested(entry));
        Table changed = headers.with(DEATHS, new FieldValue.Array(others));
        if (headers.get("x-first-death-reason").isEmpty()) {
            changed =
                    changed.with("x-first-death-reason", text())
                            .with("x-first-death-queue", queue)
                            .with("x-first-death-exchange", meta.exchange());
        }
        return meta.properties().withHeaders(changed).withoutExpiration();
    }

    private boolean isOf(Table death, String queue) {
        return death.text(QUEUE).equals(Optional.of(queue))
                && death.text(REASON).equals(Optional.of(text()));
    }

    private Table entry(String queue, Meta meta, long nowMillis) {
        List<FieldValue> texts = new ArrayList<>();
        for (String key : CarbonCopies.openKeys(meta.routingKey(), meta.properties().headers())) {
            texts.add(FieldValue.Text.of(key));
        }
        FieldValue keys = new FieldValue.Array(texts);
        Table entry =
                Table.EMPTY
                        .with(COUNT, 1)
                        .with(REASON, text())
                        .with(QUEUE, queue)
                        .with("time", new FieldValue.Timestamp(nowMillis / 1000))
                        .with("exchange", meta.exchange())
                        .with("routing-keys", keys);
        return meta.properties()
                .expiration()
                .map(expiration -> entry.with("original-expiration", expiration))
                .orElse(entry);
    }

    private static List<Table> deaths(Table headers) {
        List<Table> deaths = new ArrayList<>();
        if (headers.get(DEATHS).orElse(null) instanceof FieldValue.Array(var values)) {
            for (FieldValue value : values) {
                if (value instanceof FieldValue.Nested(Table death)) {
                    deaths.add(death);
                }
            }
        }
        return deaths;
    }

    /**
     * True if a message would go round for ever: it has been in that queue, and no client rejected
     * it since.
     */
    boolean isCircle(Properties recorded, String target) {
        if (this == REJECTED) {
            return false;
        }
        for (Table death : deaths(recorded.headers())) {
            if (death.text(REASON).equals(Optional.of(REJECTED.text()))) {
                return false;
            }
            if (death.text(QUEUE).equals(Optional.of(target))) {
                return true;
            }
        }
        return false;
    }
}
