package dev.millrace.bench.registry;

import dev.millrace.bench.kv.Bench;
import dev.millrace.bench.kv.Comparison;
import dev.millrace.bench.report.Measure;
import dev.millrace.bench.report.Row;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.server.Contestant;
import dev.millrace.bench.server.Millrace;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What it costs that many wait, each for a service of its own, and how long a change takes to its
 * watcher: from before the registration is sent. Whoever else is answered meanwhile was woken for
 * nothing, and is counted.
 */
record WatchersRow(String name, int watchers, Target mebibytes, Target millis)
        implements Comparison {
    private static final int WARM_CHANGES = 200;
    private static final int CHANGES = 1_000;
    private static final int PAUSE_MILLIS = 5;
    private static final int AFTER_MILLIS = 1_000;
    private static final int REST_MILLIS = 3_000;

    @Override
    public String title() {
        return watchers + " blocking watchers, each of a service of its own";
    }

    @Override
    public boolean suits(Contestant subject) {
        return subject instanceof Millrace;
    }

    @Override
    public Row run(Bench bench) throws IOException, InterruptedException {
        String most = String.valueOf(2 * watchers);
        List<String> settings =
                List.of("guard.connections.max=" + most, "guard.connections.per-address=" + most);
        try (RegistryServer server = new RegistryServer(bench, settings);
                Waiting waiting = new Waiting()) {
            Registering.all(server.port(), watchers, 1);
            Thread.sleep(REST_MILLIS);
            long before = server.residentBytes();
            for (int i = 0; i < watchers; i++) {
                waiting.add(server.port(), i);
            }
            Thread.sleep(REST_MILLIS);
            double grown = (server.residentBytes() - before) / (double) (1 << 20);
            double[] took = new double[WARM_CHANGES + CHANGES];
            try (HttpTalk changing = new HttpTalk(server.port())) {
                for (int i = 0; i < took.length; i++) {
                    took[i] = change(changing, waiting, server.port(), i);
                    Thread.sleep(PAUSE_MILLIS);
                }
            }
            waiting.look(AFTER_MILLIS);
            double[] sorted = Arrays.copyOfRange(took, WARM_CHANGES, took.length);
            Arrays.sort(sorted);
            return Row.measured(
                    name,
                    title(),
                    List.of(
                            alone("memory", "MiB", mebibytes, grown),
                            alone("median", "ms", new Target.Open(), sorted[CHANGES / 2]),
                            alone("p99", "ms", millis, sorted[CHANGES * 99 / 100]),
                            alone("woken for nothing", "", new Target.AtMost(0), waiting.others)),
                    List.of());
        }
    }

    private static Measure alone(String name, String unit, Target target, double value) {
        return RegisterRow.alone(name, unit, target, List.of(value));
    }

    private double change(HttpTalk changing, Waiting waiting, int port, int i) throws IOException {
        int service = i * 7 % watchers;
        long start = System.nanoTime();
        changing.send(Registering.request(service, 0, 9_000 + i));
        double took = (waiting.await(service) - start) / 1e6;
        changing.receive();
        waiting.add(port, service);
        return took;
    }

    /** Sockets that wait, and which of them were answered. */
    private static final class Waiting implements AutoCloseable {
        private static final int INDEX_UNKNOWN = -1;

        private final Selector selector = Selector.open();
        private final List<SocketChannel> open = new ArrayList<>();
        private final ByteBuffer in = ByteBuffer.allocateDirect(64 << 10);
        private int expected = INDEX_UNKNOWN;
        private int others;

        Waiting() throws IOException {}

        /** One more, or anew, who waits for a service's next change. */
        void add(int port, int service) throws IOException {
            long index;
            try (IndexTalk talk = new IndexTalk(port)) {
                index = talk.index("health/service/s" + service);
            }
            SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
            open.add(channel);
            ByteBuffer request =
                    ByteBuffer.wrap(
                            HttpTalk.get(
                                    "health/service/s" + service + "?wait=10m&index=" + index));
            while (request.hasRemaining()) {
                channel.write(request);
            }
            channel.configureBlocking(false);
            SelectionKey _ = channel.register(selector, SelectionKey.OP_READ, service);
        }

        /** Waits for the answer to who waits for a service; its time. */
        long await(int service) throws IOException {
            expected = service;
            while (expected == service) {
                selector.select(1_000);
                taken();
            }
            return System.nanoTime();
        }

        void look(int millis) throws IOException {
            selector.select(millis);
            taken();
        }

        private void taken() throws IOException {
            for (SelectionKey key : selector.selectedKeys()) {
                SocketChannel channel = (SocketChannel) key.channel();
                in.clear();
                int _ = channel.read(in);
                if ((int) key.attachment() == expected) {
                    expected = INDEX_UNKNOWN;
                } else {
                    others++;
                }
                channel.close();
                open.remove(channel);
            }
            selector.selectedKeys().clear();
        }

        @Override
        public void close() throws IOException {
            for (SocketChannel channel : open) {
                channel.close();
            }
            selector.close();
        }
    }
}
