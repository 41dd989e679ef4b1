package dev.millrace.it.amqp.differential;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Methods with few names and few arguments, so that they meet. */
final class Draw {
    static final List<String> QUEUES = List.of("dq0", "dq1", "dq2", "dq3");
    static final List<String> EXCHANGES = List.of("de0", "de1", "de2");

    private static final List<String> KEYS = List.of("a", "a.b", "a.b.c", "b", "#", "a.*", "");
    private static final List<String> TYPES = List.of("direct", "fanout", "topic", "headers");
    private static final int TAG_MAX = 6;

    private final SplittableRandom random;
    private int bodies;

    Draw(SplittableRandom random) {
        this.random = random;
    }

    // ---- Chances

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private String queue() {
        return one(QUEUES);
    }

    private String exchange() {
        return chance(4) ? one(List.of("", "amq.topic", "amq.missing")) : one(EXCHANGES);
    }

    private String key() {
        return one(KEYS);
    }

    // ---- Steps

    Step step() {
        int drawn = random.nextInt(100);
        if (drawn < 15) {
            return declaration();
        }
        if (drawn < 30) {
            return binding();
        }
        if (drawn < 34) {
            return end();
        }
        if (drawn < 65) {
            return publication();
        }
        if (drawn < 83) {
            return get();
        }
        return settlement();
    }

    private Step step(String text, Side.Method method) {
        return new Step(text, random.nextInt(Side.CLIENTS), method);
    }

    private Step declaration() {
        return switch (random.nextInt(4)) {
            case 0 -> exchangeDeclaration();
            case 1 -> passive();
            default -> queueDeclaration();
        };
    }

    private Step queueDeclaration() {
        String name = chance(3) ? "amq.mine" : queue();
        boolean durable = chance(60);
        boolean exclusive = chance(4);
        boolean autoDelete = chance(10);
        Map<String, Object> arguments = queueArguments();
        return step(
                "queue.declare %s %s %s %s %s"
                        .formatted(name, durable, exclusive, autoDelete, arguments),
                channel -> {
                    AMQP.Queue.DeclareOk ok =
                            channel.queueDeclare(name, durable, exclusive, autoDelete, arguments);
                    return ok.getMessageCount() + " messages, " + ok.getConsumerCount();
                });
    }

    private Map<String, Object> queueArguments() {
        Map<String, Object> arguments = new TreeMap<>();
        for (int i = chance(40) ? random.nextInt(4) : 0; i > 0; i--) {
            argument(arguments);
        }
        return arguments;
    }

    private void argument(Map<String, Object> arguments) {
        switch (random.nextInt(12)) {
            case 0 -> arguments.put("x-max-length", one(List.of(0, 1, 2, 3L)));
            case 1 -> arguments.put("x-max-length-bytes", one(List.of(0, 4, 9, 1000L)));
            case 2 -> arguments.put("x-overflow", one(List.of("drop-head", "reject-publish")));
            case 3 -> arguments.put("x-dead-letter-exchange", one(List.of("de0", "de1", "")));
            case 4 -> arguments.put("x-dead-letter-routing-key", one(List.of("a", "dq0", "dq1")));
            case 5 -> arguments.put("x-message-ttl", 0);
            case 6 -> arguments.put("x-max-priority", one(List.of(1, 3, 5L)));
            case 7 -> arguments.put("x-expires", one(List.of(600_000, 700_000L)));
            case 8 -> arguments.put("x-single-active-consumer", chance(50));
            case 9 -> arguments.put("x-unknown", 1);
            case 10 -> arguments.put("x-overflow", "reject-publish-dlx");
            default -> badArgument(arguments);
        }
    }

    private void badArgument(Map<String, Object> arguments) {
        if (!chance(10)) {
            return;
        }
        String name =
                one(
                        List.of(
                                "x-max-length",
                                "x-max-length-bytes",
                                "x-overflow",
                                "x-dead-letter-exchange",
                                "x-dead-letter-routing-key",
                                "x-message-ttl",
                                "x-max-priority",
                                "x-expires",
                                "x-single-active-consumer",
                                "x-queue-type",
                                "x-queue-mode"));
        arguments.put(name, one(List.of(-1, "text", 1.5, true, 0, 1L << 40, 256)));
    }

    private Step exchangeDeclaration() {
        String name = chance(4) ? one(List.of("", "amq.mine", "amq.fanout")) : one(EXCHANGES);
        String type = chance(3) ? "x-none" : one(TYPES);
        boolean durable = chance(60);
        boolean autoDelete = chance(10);
        boolean internal = chance(10);
        Map<String, Object> arguments =
                chance(20) ? Map.of("alternate-exchange", one(EXCHANGES)) : Map.of();
        return step(
                "exchange.declare %s %s %s %s %s %s"
                        .formatted(name, type, durable, autoDelete, internal, arguments),
                channel -> {
                    channel.exchangeDeclare(name, type, durable, autoDelete, internal, arguments);
                    return "ok";
                });
    }

    private Step passive() {
        if (chance(50)) {
            String name = exchange();
            return step(
                    "exchange.declare passive " + name,
                    channel -> {
                        channel.exchangeDeclarePassive(name);
                        return "ok";
                    });
        }
        String name = queue();
        return step(
                "queue.declare passive " + name,
                channel -> channel.queueDeclarePassive(name).getMessageCount() + " messages");
    }

    private Step binding() {
        boolean bind = chance(75);
        boolean toQueue = chance(75);
        String source = exchange();
        String destination = toQueue ? queue() : exchange();
        String key = key();
        Map<String, Object> arguments = bindingArguments();
        String text =
                "%s.%s %s to %s by %s %s"
                        .formatted(
                                toQueue ? "queue" : "exchange",
                                bind ? "bind" : "unbind",
                                source,
                                destination,
                                key,
                                arguments);
        return step(
                text,
                channel -> {
                    if (toQueue) {
                        bindQueue(channel, bind, destination, source, key, arguments);
                    } else {
                        bindExchange(channel, bind, destination, source, key, arguments);
                    }
                    return "ok";
                });
    }

    private Map<String, Object> bindingArguments() {
        if (!chance(40)) {
            return Map.of();
        }
        Map<String, Object> arguments = new TreeMap<>(headers());
        if (chance(60)) {
            arguments.put("x-match", one(List.of("all", "any", "all-with-x", "none", "any")));
        }
        return arguments;
    }

    private static void bindQueue(
            Channel channel,
            boolean bind,
            String queue,
            String exchange,
            String key,
            Map<String, Object> arguments)
            throws IOException {
        if (bind) {
            channel.queueBind(queue, exchange, key, arguments);
        } else {
            channel.queueUnbind(queue, exchange, key, arguments);
        }
    }

    private static void bindExchange(
            Channel channel,
            boolean bind,
            String destination,
            String source,
            String key,
            Map<String, Object> arguments)
            throws IOException {
        if (bind) {
            channel.exchangeBind(destination, source, key, arguments);
        } else {
            channel.exchangeUnbind(destination, source, key, arguments);
        }
    }

    private Step end() {
        boolean ifUnused = chance(30);
        boolean ifEmpty = chance(30);
        String queue = queue();
        String exchange = chance(8) ? one(List.of("", "amq.direct")) : one(EXCHANGES);
        return switch (random.nextInt(3)) {
            case 0 ->
                    step(
                            "queue.purge " + queue,
                            channel -> channel.queuePurge(queue).getMessageCount() + " messages");
            case 1 ->
                    step(
                            "queue.delete %s %s %s".formatted(queue, ifUnused, ifEmpty),
                            channel ->
                                    channel.queueDelete(queue, ifUnused, ifEmpty).getMessageCount()
                                            + " messages");
            default ->
                    step(
                            "exchange.delete %s %s".formatted(exchange, ifUnused),
                            channel -> {
                                channel.exchangeDelete(exchange, ifUnused);
                                return "ok";
                            });
        };
    }

    // ---- Messages

    private Step publication() {
        boolean direct = chance(40);
        String exchange = direct ? "" : exchange();
        String key = direct ? queue() : key();
        boolean mandatory = chance(40);
        AMQP.BasicProperties properties = properties();
        String body = "m" + bodies++;
        return step(
                "basic.publish %s to %s by %s %s %s %s %s"
                        .formatted(
                                body,
                                exchange,
                                key,
                                mandatory,
                                properties.getHeaders(),
                                properties.getPriority(),
                                properties.getExpiration()),
                channel -> {
                    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                    channel.basicPublish(exchange, key, mandatory, properties, bytes);
                    return "sent";
                });
    }

    private AMQP.BasicProperties properties() {
        AMQP.BasicProperties.Builder properties = new AMQP.BasicProperties.Builder();
        if (chance(40)) {
            properties.priority(random.nextInt(7));
        }
        if (chance(10)) {
            properties.expiration(one(List.of("600000", "-1", "x", "", "5x", "999999999999999")));
        }
        if (chance(3)) {
            properties.userId(one(List.of("guest", "somebody")));
        }
        Map<String, Object> headers = chance(40) ? headers() : new HashMap<>();
        if (chance(15)) {
            headers.put("CC", chance(85) ? List.of(queue(), key()) : "text");
        }
        if (chance(10)) {
            headers.put("BCC", List.of(queue()));
        }
        return properties.headers(headers.isEmpty() && chance(50) ? null : headers).build();
    }

    private Map<String, Object> headers() {
        Map<String, Object> headers = new HashMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            headers.put(one(List.of("h", "g", "x-h")), one(List.of(1, 2L, "v", true)));
        }
        return headers;
    }

    private Step get() {
        String queue = queue();
        boolean autoAck = chance(50);
        return step(
                "basic.get %s %s".formatted(queue, autoAck),
                channel -> {
                    GetResponse got = channel.basicGet(queue, autoAck);
                    return got == null ? "empty" : shown(got);
                });
    }

    private static String shown(GetResponse got) {
        AMQP.BasicProperties properties = got.getProps();
        return "%s tag %d %s from %s by %s, %s priority %s expiration %s, %d left"
                .formatted(
                        new String(got.getBody(), StandardCharsets.UTF_8),
                        got.getEnvelope().getDeliveryTag(),
                        got.getEnvelope().isRedeliver() ? "again" : "first",
                        got.getEnvelope().getExchange(),
                        got.getEnvelope().getRoutingKey(),
                        shown(properties.getHeaders()),
                        properties.getPriority(),
                        properties.getExpiration(),
                        got.getMessageCount());
    }

    /** Sorted, and without times. */
    private static String shown(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<String, String> sorted = new TreeMap<>();
                map.forEach(
                        (name, field) -> {
                            if (!name.equals("time")) {
                                sorted.put(name.toString(), shown(field));
                            }
                        });
                yield sorted.toString();
            }
            case List<?> list -> {
                List<String> all = new ArrayList<>();
                list.forEach(one -> all.add(shown(one)));
                yield all.toString();
            }
            case null -> "null";
            default -> value.toString();
        };
    }

    private Step settlement() {
        long tag = random.nextInt(TAG_MAX);
        boolean multiple = chance(30);
        boolean requeue = chance(50);
        return switch (random.nextInt(8)) {
            case 0, 1, 2 ->
                    step(
                            "basic.ack %d %s".formatted(tag, multiple),
                            channel -> {
                                channel.basicAck(tag, multiple);
                                return "sent";
                            });
            case 3, 4 ->
                    step(
                            "basic.nack %d %s %s".formatted(tag, multiple, requeue),
                            channel -> {
                                channel.basicNack(tag, multiple, requeue);
                                return "sent";
                            });
            case 5, 6 ->
                    step(
                            "basic.reject %d %s".formatted(tag, requeue),
                            channel -> {
                                channel.basicReject(tag, requeue);
                                return "sent";
                            });
            default ->
                    step(
                            "basic.recover " + requeue,
                            channel -> {
                                channel.basicRecover(requeue);
                                return "ok";
                            });
        };
    }
}
