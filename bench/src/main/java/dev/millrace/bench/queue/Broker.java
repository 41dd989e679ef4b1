package dev.millrace.bench.queue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A message broker that can be started. */
sealed interface Broker {
    /** What it is spoken to in. */
    enum Protocol {
        AMQP("queue.amqp.port"),
        NSQ("queue.nsq.port"),
        NATS("");

        private final String portSetting;

        Protocol(String portSetting) {
            this.portSetting = portSetting;
        }

        Wire wire() {
            return switch (this) {
                case AMQP -> new AmqpWire();
                case NSQ -> new NsqWire();
                case NATS -> new NatsWire();
            };
        }
    }

    /** As a progress line says it. */
    String name();

    /** Name and version, as a result says it. */
    String version();

    Protocol protocol();

    /** The command line that serves its protocol on a port of 127.0.0.1, in the foreground. */
    List<String> command(String data, String port);

    /** What its environment has beside ours; two more ports are its own. */
    Map<String, String> environment(Path data, int port, int epmdPort, int distPort);

    /** Whether Erlang's port mapper must run beside it. */
    boolean needsEpmd();

    /** Millrace by its own script, with the queue alone. */
    record Millrace(Path script, Protocol protocol, List<String> settings) implements Broker {
        public Millrace {
            settings = List.copyOf(settings);
        }

        @Override
        public String name() {
            return "Millrace";
        }

        @Override
        public String version() {
            return protocol + " " + String.join(" ", settings);
        }

        @Override
        public List<String> command(String data, String port) {
            List<String> words = new ArrayList<>(List.of(script.toString(), "up", "--data", data));
            words.addAll(List.of("--only", "queue", "--port-offset", "20000"));
            set(words, protocol.portSetting + "=" + port);
            set(words, "admin.http.port=0");
            settings.forEach(setting -> set(words, setting));
            return List.copyOf(words);
        }

        private static void set(List<String> words, String setting) {
            words.add("--set");
            words.add(setting);
        }

        @Override
        public Map<String, String> environment(Path data, int port, int epmdPort, int distPort) {
            return Map.of();
        }

        @Override
        public boolean needsEpmd() {
            return false;
        }
    }

    /** RabbitMQ as the distribution packages it, with all it keeps below the data directory. */
    record RabbitMq() implements Broker {
        private static final String SCRIPT = "/usr/lib/rabbitmq/bin/rabbitmq-server";

        @Override
        public String name() {
            return "RabbitMQ";
        }

        @Override
        public String version() {
            String[] found = Path.of("/usr/lib/rabbitmq/lib").toFile().list();
            return found == null ? SCRIPT : String.join(" ", found);
        }

        @Override
        public Protocol protocol() {
            return Protocol.AMQP;
        }

        @Override
        public List<String> command(String data, String port) {
            return List.of(SCRIPT);
        }

        @Override
        public Map<String, String> environment(Path data, int port, int epmdPort, int distPort) {
            return Map.of(
                    "HOME", data.toString(),
                    "RABBITMQ_NODENAME", "bench" + port + "@localhost",
                    "RABBITMQ_NODE_PORT", Integer.toString(port),
                    "RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1",
                    "RABBITMQ_DIST_PORT", Integer.toString(distPort),
                    "ERL_EPMD_PORT", Integer.toString(epmdPort),
                    "RABBITMQ_MNESIA_BASE", data.resolve("mnesia").toString(),
                    "RABBITMQ_LOG_BASE", data.resolve("log").toString(),
                    "RABBITMQ_ENABLED_PLUGINS_FILE", data.resolve("plugins").toString(),
                    "RABBITMQ_CONFIG_FILE", data.resolve("none").toString());
        }

        @Override
        public boolean needsEpmd() {
            return true;
        }
    }

    /** NATS with JetStream, as the distribution packages it. */
    record Nats() implements Broker {
        private static final String PROGRAM = "nats-server";

        @Override
        public String name() {
            return "NATS";
        }

        @Override
        public String version() {
            try {
                Process process = new ProcessBuilder(PROGRAM, "--version").start();
                return new String(
                                process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                        .strip();
            } catch (IOException missing) {
                return PROGRAM + ": " + missing.getMessage();
            }
        }

        @Override
        public Protocol protocol() {
            return Protocol.NATS;
        }

        @Override
        public List<String> command(String data, String port) {
            return List.of(
                    PROGRAM, "--jetstream", "--store_dir", data, "-a", "127.0.0.1", "-p", port);
        }

        @Override
        public Map<String, String> environment(Path data, int port, int epmdPort, int distPort) {
            return Map.of();
        }

        @Override
        public boolean needsEpmd() {
            return false;
        }
    }
}
