package dev.millrace.queue.nsq.http;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.millrace.queue.nsq.identify.Agreement;
import dev.millrace.queue.nsq.identify.Identity;
import dev.millrace.queue.nsq.session.Client;
import dev.millrace.queue.nsq.session.Node;
import dev.millrace.queue.nsq.topic.Channel;
import dev.millrace.queue.nsq.topic.Topic;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@code /stats} says of topics, channels and clients. */
final class Stats {
    private static final String UNKNOWN = "";

    private final Node node;
    private final About about;

    /** What was asked for. */
    private record Wanted(Optional<String> topic, Optional<String> channel, boolean clients) {
        boolean has(Topic candidate) {
            return topic.isEmpty() || topic.get().equals(candidate.name());
        }

        boolean has(Channel candidate) {
            return channel.isEmpty() || channel.get().equals(candidate.name());
        }

        boolean hasChannelOf(Topic candidate) {
            return channel.isEmpty() || candidate.existing(channel.get()) != null;
        }
    }

    Stats(Node node, About about) {
        this.node = node;
        this.about = about;
    }

    Answer answer(Exchange exchange) {
        String clients = exchange.parameter("include_clients").orElse("true");
        Wanted wanted =
                new Wanted(
                        given(exchange, "topic"),
                        given(exchange, "channel"),
                        !clients.equals("false") && !clients.equals("0"));
        return exchange.parameter("format").orElse("text").equals("json")
                ? Answer.json(json(wanted))
                : Answer.text(text(wanted));
    }

    private static Optional<String> given(Exchange exchange, String name) {
        return exchange.parameter(name).filter(value -> !value.isEmpty());
    }

    private List<Topic> topics(Wanted wanted) {
        return node.topics().all().stream()
                .filter(wanted::has)
                .filter(wanted::hasChannelOf)
                .toList();
    }

    private static List<Channel> channels(Topic topic, Wanted wanted) {
        return topic.channels().stream().filter(wanted::has).toList();
    }

    private List<Client> producers(Wanted wanted) {
        List<Client> found = new ArrayList<>();
        for (Client client : node.clients()) {
            if (wanted.clients && !client.publishedCounts().isEmpty()) {
                found.add(client);
            }
        }
        return found;
    }

    private static List<Client> consumers(Channel channel) {
        List<Client> found = new ArrayList<>();
        channel.consumers()
                .forEach(
                        consumer -> {
                            if (consumer instanceof Client client) {
                                found.add(client);
                            }
                        });
        return found;
    }

    // ---- JSON

    private String json(Wanted wanted) {
        return Json.object(
                out -> {
                    out.writeStringField("version", Agreement.VERSION);
                    out.writeStringField("health", "OK");
                    out.writeNumberField("start_time", about.start().getEpochSecond());
                    out.writeArrayFieldStart("topics");
                    for (Topic topic : topics(wanted)) {
                        topic(out, topic, wanted);
                    }
                    out.writeEndArray();
                    memory(out);
                    out.writeArrayFieldStart("producers");
                    for (Client client : producers(wanted)) {
                        client(out, client);
                    }
                    out.writeEndArray();
                });
    }

    private static void memory(JsonGenerator out) throws IOException {
        Runtime runtime = Runtime.getRuntime();
        out.writeObjectFieldStart("memory");
        out.writeNumberField("heap_idle_bytes", runtime.freeMemory());
        out.writeNumberField("heap_in_use_bytes", runtime.totalMemory() - runtime.freeMemory());
        out.writeEndObject();
    }

    private static void topic(JsonGenerator out, Topic topic, Wanted wanted) throws IOException {
        out.writeStartObject();
        out.writeStringField("topic_name", topic.name());
        out.writeArrayFieldStart("channels");
        for (Channel channel : channels(topic, wanted)) {
            channel(out, channel, wanted);
        }
        out.writeEndArray();
        out.writeNumberField("depth", topic.depth());
        out.writeNumberField("backend_depth", 0);
        out.writeNumberField("message_count", topic.messages());
        out.writeNumberField("message_bytes", topic.messageBytes());
        out.writeBooleanField("paused", topic.isPaused());
        latency(out);
        out.writeEndObject();
    }

    private static void latency(JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("e2e_processing_latency");
        out.writeNumberField("count", 0);
        out.writeNullField("percentiles");
        out.writeEndObject();
    }

    private static void channel(JsonGenerator out, Channel channel, Wanted wanted)
            throws IOException {
        out.writeStartObject();
        out.writeStringField("channel_name", channel.name());
        out.writeNumberField("depth", channel.depth());
        out.writeNumberField("backend_depth", 0);
        out.writeNumberField("in_flight_count", channel.inFlight());
        out.writeNumberField("deferred_count", channel.deferred());
        out.writeNumberField("message_count", channel.messages());
        out.writeNumberField("requeue_count", channel.requeued());
        out.writeNumberField("timeout_count", channel.timedOut());
        out.writeNumberField("client_count", channel.consumers().size());
        out.writeArrayFieldStart("clients");
        for (Client client : wanted.clients ? consumers(channel) : List.<Client>of()) {
            client(out, client);
        }
        out.writeEndArray();
        out.writeBooleanField("paused", channel.isPaused());
        latency(out);
        out.writeEndObject();
    }

    private static void client(JsonGenerator out, Client client) throws IOException {
        Optional<Identity> said = Optional.ofNullable(client.identity());
        out.writeStartObject();
        out.writeStringField("client_id", said.map(Identity::clientId).orElse(host(client)));
        out.writeStringField("hostname", said.map(Identity::hostname).orElse(host(client)));
        out.writeStringField("version", "V2");
        out.writeStringField("remote_address", client.address());
        out.writeNumberField("state", client.state().number());
        out.writeNumberField("ready_count", client.readyCount());
        out.writeNumberField("in_flight_count", client.inFlightCount());
        out.writeNumberField("message_count", client.messageCount());
        out.writeNumberField("finish_count", client.finishCount());
        out.writeNumberField("requeue_count", client.requeueCount());
        out.writeNumberField("connect_ts", client.connectedMillis() / 1_000);
        out.writeNumberField("sample_rate", client.agreement().sampleRate());
        out.writeBooleanField("deflate", client.agreement().deflate());
        out.writeBooleanField("snappy", client.agreement().snappy());
        out.writeStringField("user_agent", said.map(Identity::userAgent).orElse(UNKNOWN));
        out.writeBooleanField("authed", client.isAuthorized());
        out.writeStringField("topology_zone", said.map(Identity::topologyZone).orElse(UNKNOWN));
        out.writeStringField("topology_region", said.map(Identity::topologyRegion).orElse(UNKNOWN));
        published(out, client);
        out.writeBooleanField("tls", client.agreement().tls());
        out.writeEndObject();
    }

    private static void published(JsonGenerator out, Client client) throws IOException {
        out.writeArrayFieldStart("pub_counts");
        for (Map.Entry<String, Long> count : client.publishedCounts().entrySet()) {
            out.writeStartObject();
            out.writeStringField("topic", count.getKey());
            out.writeNumberField("count", count.getValue());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static String host(Client client) {
        return client.address().substring(0, Math.max(0, client.address().lastIndexOf(':')));
    }

    // ---- Text

    private String text(Wanted wanted) {
        StringBuilder out = new StringBuilder();
        out.append("nsqd v").append(Agreement.VERSION).append(" (millrace)\n");
        out.append("start_time ").append(about.start().truncatedTo(ChronoUnit.SECONDS));
        out.append("\nuptime ");
        out.append(Duration.between(about.start(), Instant.now()).toSeconds());
        out.append("s\n\nHealth: OK\n");
        List<Topic> topics = topics(wanted);
        out.append(topics.isEmpty() ? "\nTopics: None\n" : "\nTopics:");
        topics.forEach(topic -> text(out, topic, wanted));
        List<Client> producers = producers(wanted);
        out.append(producers.isEmpty() ? "\nProducers: None\n" : "\nProducers:\n");
        producers.forEach(client -> out.append("   ").append(producer(client)).append('\n'));
        return out.toString();
    }

    private static void text(StringBuilder out, Topic topic, Wanted wanted) {
        out.append(
                String.format(
                        "%n%s[%-15s] depth: %-5d be-depth: %-5d msgs: %-8d e2e%%: %n",
                        topic.isPaused() ? "*P " : "   ",
                        topic.name(),
                        topic.depth(),
                        0,
                        topic.messages()));
        for (Channel channel : channels(topic, wanted)) {
            out.append(text(channel));
            for (Client client : wanted.clients ? consumers(channel) : List.<Client>of()) {
                out.append("        ").append(consumer(client)).append('\n');
            }
        }
    }

    private static String text(Channel channel) {
        return String.format(
                "%s[%-25s] depth: %-5d be-depth: %-5d inflt: %-4d def: %-4d re-q: %-5d"
                        + " timeout: %-5d msgs: %-8d e2e%%: %n",
                channel.isPaused() ? "   *P " : "      ",
                channel.name(),
                channel.depth(),
                0,
                channel.inFlight(),
                channel.deferred(),
                channel.requeued(),
                channel.timedOut(),
                channel.messages());
    }

    private static String who(Client client) {
        Optional<Identity> said = Optional.ofNullable(client.identity());
        String port = client.address().substring(client.address().lastIndexOf(':') + 1);
        return said.map(Identity::hostname).orElse(host(client))
                + ":"
                + port
                + " "
                + said.map(Identity::userAgent).orElse(UNKNOWN);
    }

    private static String consumer(Client client) {
        return String.format(
                "[V2 %-21s] state: %d inflt: %-4d rdy: %-4d fin: %-8d re-q: %-8d msgs: %-8d"
                        + " connected: %s",
                who(client),
                client.state().number(),
                client.inFlightCount(),
                client.readyCount(),
                client.finishCount(),
                client.requeueCount(),
                client.messageCount(),
                Instant.ofEpochMilli(client.connectedMillis()).truncatedTo(ChronoUnit.SECONDS));
    }

    private static String producer(Client client) {
        long all = client.publishedCounts().values().stream().mapToLong(Long::longValue).sum();
        return String.format(
                "[V2 %-21s] msgs: %-8d topics: %s connected: %s",
                who(client),
                all,
                client.publishedCounts(),
                Instant.ofEpochMilli(client.connectedMillis()).truncatedTo(ChronoUnit.SECONDS));
    }
}
