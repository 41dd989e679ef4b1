package dev.millrace.registry.check.probe;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.net.Transport;
import dev.millrace.registry.check.Answer;
import dev.millrace.registry.check.CheckKind;
import dev.millrace.registry.check.Probe;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks peers on a loop of its own. */
final class Asker implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 30;
    private static final int OUTPUT_BYTES = 4_096;

    private final EventLoopGroup loops;
    private final EventLoop loop;
    private final NetworkProbes probes;

    Asker(Transport.Choice choice, Optional<Path> authorities) throws BadSettings {
        Transport transport = Transport.of(choice);
        this.loops = transport.loops("asker", 1);
        this.loop = loops.next();
        this.probes = new NetworkProbes(loop, transport, authorities);
    }

    Asker() throws BadSettings {
        this(Transport.Choice.AUTO, Optional.empty());
    }

    /** A question that was asked. */
    final class Question {
        private final CompletableFuture<Answer> answered = new CompletableFuture<>();
        private final CompletableFuture<Probe.Asking> asking = new CompletableFuture<>();

        private Question(Probe probe) {
            loop.execute(() -> asking.complete(probe.ask(this::answered)));
        }

        private void answered(Answer answer) {
            if (!answered.complete(answer)) {
                throw new AssertionError("a second answer: " + answer);
            }
        }

        Question timeOut() {
            asking.thenAcceptAsync(Probe.Asking::timeOut, loop);
            return this;
        }

        Question cancel() throws Exception {
            asking.thenAcceptAsync(Probe.Asking::cancel, loop)
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return this;
        }

        boolean isAnswered() {
            return answered.isDone();
        }

        Answer answer() throws InterruptedException, ExecutionException, TimeoutException {
            return answered.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    Question begin(CheckKind kind) {
        return new Question(probes.probe(kind, OUTPUT_BYTES));
    }

    Answer ask(CheckKind kind) throws Exception {
        return begin(kind).answer();
    }

    static CheckKind.Http http(String url) {
        return http(url, CheckKind.Tls.VERIFIED);
    }

    static CheckKind.Http http(String url, CheckKind.Tls tls) {
        return new CheckKind.Http(url, "GET", Map.of(), "", tls, true);
    }

    static CheckKind.Http http(
            String url, String method, Map<String, List<String>> headers, String body) {
        return new CheckKind.Http(url, method, headers, body, CheckKind.Tls.VERIFIED, true);
    }

    @Override
    public void close() {
        probes.close();
        loops.shutdownGracefully(20, 5_000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }
}
