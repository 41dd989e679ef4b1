package dev.millrace.bench.queue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A message broker that speaks AMQP 0-9-1 and can be started. */
sealed interface Broker {
    /** As the table's head says it. */
    String name();

    /** The command line that serves AMQP on a port of 127.0.0.1, in the foreground. */
    List<String> command(String data, String port);

    /** What its environment has beside ours; names of a port go in as {@code PORT}. */
    Map<String, String> environment(Path data, int port, int epmdPort);

    /** Whether Erlang's port mapper must run beside it. */
    boolean needsEpmd();

    /** Millrace by its own script, with the queue alone. */
    record Millrace(Path script, List<String> settings) implements Broker {
        public Millrace {
            settings = List.copyOf(settings);
        }

        @Override
        public String name() {
            return "Millrace";
        }

        @Override
        public List<String> command(String data, String port) {
            List<String> words = new ArrayList<>(List.of(script.toString(), "up", "--data", data));
            words.addAll(List.of("--only", "queue", "--port-offset", "20000"));
            set(words, "queue.amqp.port=" + port);
            set(words, "admin.http.port=0");
            settings.forEach(setting -> set(words, setting));
            return List.copyOf(words);
        }

        private static void set(List<String> words, String setting) {
            words.add("--set");
            words.add(setting);
        }

        @Override
        public Map<String, String> environment(Path data, int port, int epmdPort) {
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
        public List<String> command(String data, String port) {
            return List.of(SCRIPT);
        }

        @Override
        public Map<String, String> environment(Path data, int port, int epmdPort) {
            return Map.of(
                    "HOME", data.toString(),
                    "RABBITMQ_NODENAME", "bench" + port + "@localhost",
                    "RABBITMQ_NODE_PORT", Integer.toString(port),
                    "RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1",
                    "RABBITMQ_DIST_PORT", Integer.toString(port + 1),
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
}
