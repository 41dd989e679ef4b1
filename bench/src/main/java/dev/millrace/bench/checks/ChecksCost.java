package dev.millrace.bench.checks;

import dev.millrace.bench.server.ProcessCpu;
import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.net.Transport;
import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.check.Aliases;
import dev.millrace.registry.check.CheckDefinition;
import dev.millrace.registry.check.CheckKey;
import dev.millrace.registry.check.CheckRequest;
import dev.millrace.registry.check.CheckRunner;
import dev.millrace.registry.check.LoopSchedule;
import dev.millrace.registry.check.Standing;
import dev.millrace.registry.check.probe.NetworkProbes;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How much of one core it takes to run checks at ten seconds: CPU time of this whole process over
 * wall time, while another process answers. {@code ChecksCost COUNT SECONDS [http|tcp] [TRANSPORT]}
 */
public final class ChecksCost {
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final int WARM_SECONDS = 25;

    private final int count;
    private final int seconds;
    private final String kind;
    private final Transport transport;

    private ChecksCost(int count, int seconds, String kind, Transport transport) {
        this.count = count;
        this.seconds = seconds;
        this.kind = kind;
        this.transport = transport;
    }

    /** Prints one line. */
    public static void main(String[] words) throws Exception {
        new ChecksCost(
                        Integer.parseInt(words[0]),
                        Integer.parseInt(words[1]),
                        words.length > 2 ? words[2] : "http",
                        transport(words.length > 3 ? words[3] : "AUTO"))
                .run();
    }

    private static Transport transport(String name) throws BadSettings {
        return Transport.of(Transport.Choice.valueOf(name));
    }

    private void run() throws IOException, InterruptedException {
        Process peer =
                new ProcessBuilder(
                                System.getProperty("java.home") + "/bin/java",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                CannedPeer.class.getName())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader said = peer.inputReader(StandardCharsets.US_ASCII)) {
            measure(peer, said);
        } finally {
            peer.destroy();
        }
    }

    private void measure(Process peer, BufferedReader said)
            throws IOException, InterruptedException {
        int port = Integer.parseInt(said.readLine());
        EventLoopGroup loops = transport.loops("checks", 1);
        EventLoop loop = loops.next();
        Map<String, AtomicInteger> results = new ConcurrentHashMap<>();
        NetworkProbes probes = new NetworkProbes(loop, transport, Optional.empty());
        CheckRunner runner =
                new CheckRunner(
                        new LoopSchedule(loop),
                        probes,
                        (_, _) -> Aliases.Following.NOBODY,
                        (_, status, output) ->
                                results.computeIfAbsent(
                                                status == Status.PASSING ? status.text() : output,
                                                _ -> new AtomicInteger())
                                        .incrementAndGet(),
                        new SplittableRandom(1),
                        Duration.ofMinutes(5));
        loop.execute(() -> putAll(runner, port));
        TimeUnit.SECONDS.sleep(WARM_SECONDS);
        long askedBefore = asked(peer, said);
        ProcessCpu before = ProcessCpu.own();
        long start = System.nanoTime();
        TimeUnit.SECONDS.sleep(seconds);
        double wallMicros = (System.nanoTime() - start) / 1e3;
        ProcessCpu spent = ProcessCpu.own().since(before);
        long asked = asked(peer, said) - askedBefore;
        System.out.printf(
                "%d %s checks at %s over %s: %.1f %% of one core, %d asked in %d s, %.1f µs each;"
                        + " %s%n",
                count,
                kind,
                INTERVAL,
                transport,
                spent.ownMicros() / wallMicros * 100,
                asked,
                seconds,
                spent.ownMicros() / (double) Math.max(asked, 1),
                results);
        loop.submit(runner::close).syncUninterruptibly();
        probes.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private static long asked(Process peer, BufferedReader said) throws IOException {
        peer.getOutputStream().write('?');
        peer.getOutputStream().flush();
        return Long.parseLong(said.readLine());
    }

    private void putAll(CheckRunner runner, int port) {
        for (int i = 0; i < count; i++) {
            CheckRequest request = new CheckRequest().interval(INTERVAL);
            if (kind.equals("http")) {
                request.http("http://127.0.0.1:" + port + "/health/" + i);
            } else {
                request.tcp("127.0.0.1:" + port);
            }
            if (request.decide() instanceof CheckRequest.Accepted(CheckDefinition definition)) {
                runner.put(
                        new CheckKey("node", "check-" + i),
                        definition,
                        new Standing(Status.CRITICAL, ""));
            }
        }
    }
}
