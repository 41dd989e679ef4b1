package dev.millrace.it.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.net.HostAndPort;

import dev.millrace.it.Product;
import dev.millrace.it.server.Await;
import dev.millrace.it.server.Scratch;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.consul.ConsulClientOptions;
import io.vertx.ext.consul.KeyValue;
import io.vertx.ext.consul.KeyValueOptions;
import io.vertx.ext.consul.SessionOptions;
import io.vertx.ext.consul.TxnKVOperation;
import io.vertx.ext.consul.TxnKVVerb;
import io.vertx.ext.consul.TxnRequest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kiwiproject.consul.Consul;
import org.kiwiproject.consul.ConsulException;
import org.kiwiproject.consul.model.kv.Operation;
import org.kiwiproject.consul.model.kv.Value;
import org.kiwiproject.consul.model.kv.Verb;
import org.kiwiproject.consul.model.session.ImmutableSession;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Two clients that others wrote elect a leader through sessions, again and again, while Millrace is
 * killed. Each term has a number, the key's LockIndex: whoever was told that he holds a term is its
 * only holder, terms go up, and each write of a term is a transaction that checks who holds the
 * key.
 */
@Timeout(180)
class LeaderElectionTest {
    private static final String LOCK = "service/lead";
    private static final String VALUE = "service/term";
    private static final int CRASHES = 3;

    /** Between two crashes. */
    private static final int TERMS = 12;

    private static final Duration RETRY = Duration.ofMillis(5);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir Path data;

    private final int port = Scratch.freePort();

    /** Who was told that he leads, by term. */
    private final ConcurrentSkipListMap<Long, String> terms = new ConcurrentSkipListMap<>();

    private final AtomicInteger written = new AtomicInteger();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final List<String> wrong = new ArrayList<>();

    /** What a client can do; what fails because there is no server is {@link IOException}. */
    private interface Candidate {
        String session() throws IOException;

        boolean acquire(String session) throws IOException;

        /** The term of the lock, if this session holds it. */
        Optional<Long> term(String session) throws IOException;

        /** Writes a value if the session still holds the lock. */
        boolean write(String session, long term) throws IOException;

        void release(String session) throws IOException;

        void end(String session) throws IOException;
    }

    private Product up() throws IOException {
        return Product.up(data, "--only", "registry", "--set", "registry.http.port=" + port);
    }

    @Test
    void there_are_never_two_leaders_though_the_registry_is_killed() throws Exception {
        Product product = up();
        Vertx vertx = Vertx.vertx();
        try (Kiwi kiwi = new Kiwi(port)) {
            Thread first = Thread.ofPlatform().start(() -> lead("kiwi", kiwi));
            Thread second =
                    Thread.ofPlatform().start(() -> lead("vertx", new OfVertx(vertx, port)));
            for (int crash = 0; crash < CRASHES; crash++) {
                awaitTerms();
                product.kill();
                product.close();
                product = up();
            }
            awaitTerms();
            ended.set(true);
            first.join();
            second.join();
        } finally {
            ended.set(true);
            vertx.close().toCompletionStage().toCompletableFuture().join();
            product.close();
        }
        assertEquals(List.of(), wrong);
        assertTrue(written.get() > 0, "nobody wrote");
        assertTrue(terms.containsValue("kiwi") && terms.containsValue("vertx"), "" + terms);
    }

    /** Until both have led some more. */
    private void awaitTerms() {
        long from = terms.isEmpty() ? 0 : terms.lastKey();
        Await.until(
                () -> "terms after " + from + " in " + terms + wrong,
                PATIENCE,
                () -> terms.tailMap(from, false).size() >= TERMS || !wrong.isEmpty());
    }

    /** A session outlives a crash, with its lock; so whoever has one goes on with it. */
    private void lead(String name, Candidate candidate) {
        Optional<String> session = Optional.empty();
        boolean ends = false;
        while (!ended.get()) {
            try {
                if (session.isEmpty()) {
                    session = Optional.of(candidate.session());
                }
                ends = ends || !holdsOnce(name, candidate, session.get());
                if (ends) {
                    candidate.end(session.get());
                    session = Optional.empty();
                    ends = false;
                }
            } catch (IOException down) {
                LockSupport.parkNanos(RETRY.toNanos());
            } catch (RuntimeException unexpected) {
                report(name + ": " + unexpected);
                return;
            }
        }
    }

    /**
     * One attempt.
     *
     * @return false if its session is to end
     */
    private boolean holdsOnce(String name, Candidate candidate, String session) throws IOException {
        if (!candidate.acquire(session)) {
            return true;
        }
        Optional<Long> term = candidate.term(session);
        if (term.isEmpty()) {
            report(name + " does not hold what it was given");
            return false;
        }
        long now = term.get();
        String before = terms.putIfAbsent(now, name);
        if (before != null && !before.equals(name)) {
            report("two leaders of term " + now + ": " + before + ", " + name);
        }
        if (terms.lastKey() > now) {
            report("term " + now + " of " + name + " comes after " + terms.lastKey());
        }
        if (!candidate.write(session, now)) {
            report(name + " lost its lock in term " + now);
        }
        written.incrementAndGet();
        candidate.release(session);
        // Sometimes the session's end is what sets the lock free.
        return now % 5 != 0;
    }

    private synchronized void report(String what) {
        wrong.add(what);
    }

    /** kiwiproject's. */
    private static final class Kiwi implements Candidate, AutoCloseable {
        private final Consul consul;

        Kiwi(int port) {
            consul =
                    Consul.builder()
                            .withHostAndPort(HostAndPort.fromParts("127.0.0.1", port))
                            .withPing(false)
                            .build();
        }

        private interface Call<T> {
            T get();
        }

        private static <T> T call(Call<T> call) throws IOException {
            try {
                return call.get();
            } catch (ConsulException failure) {
                if (failure.getCause() instanceof IOException down) {
                    throw down;
                }
                throw failure;
            }
        }

        @Override
        public String session() throws IOException {
            return call(
                    () ->
                            consul.sessionClient()
                                    .createSession(
                                            ImmutableSession.builder()
                                                    .ttl("10s")
                                                    .lockDelay("0s")
                                                    .build())
                                    .getId());
        }

        @Override
        public boolean acquire(String session) throws IOException {
            return call(() -> consul.keyValueClient().acquireLock(LOCK, "kiwi", session));
        }

        @Override
        public Optional<Long> term(String session) throws IOException {
            return call(
                    () ->
                            consul.keyValueClient()
                                    .getValue(LOCK)
                                    .filter(
                                            value ->
                                                    value.getSession().equals(Optional.of(session)))
                                    .map(Value::getLockIndex));
        }

        @Override
        public boolean write(String session, long term) throws IOException {
            return call(
                    () -> {
                        try {
                            return consul.keyValueClient()
                                    .performTransaction(
                                            Operation.builder(Verb.CHECK_SESSION)
                                                    .key(LOCK)
                                                    .session(session)
                                                    .build(),
                                            Operation.builder(Verb.SET)
                                                    .key(VALUE)
                                                    .value("" + term)
                                                    .build())
                                    .getResponse()
                                    .errors()
                                    .isEmpty();
                        } catch (ConsulException refused) {
                            if (refused.getCode() == 409) {
                                return false;
                            }
                            throw refused;
                        }
                    });
        }

        @Override
        public void release(String session) throws IOException {
            call(() -> consul.keyValueClient().releaseLock(LOCK, session));
        }

        @Override
        public void end(String session) throws IOException {
            call(
                    () -> {
                        consul.sessionClient().destroySession(session);
                        return session;
                    });
        }

        @Override
        public void close() {
            consul.destroy();
        }
    }

    /** Vert.x's. */
    private static final class OfVertx implements Candidate {
        private final io.vertx.ext.consul.ConsulClient consul;

        OfVertx(Vertx vertx, int port) {
            ConsulClientOptions options = new ConsulClientOptions();
            options.setHost("127.0.0.1").setPort(port);
            consul = io.vertx.ext.consul.ConsulClient.create(vertx, options);
        }

        private static <T> T call(Future<T> future) throws IOException {
            try {
                return future.toCompletionStage()
                        .toCompletableFuture()
                        .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .join();
            } catch (CompletionException failure) {
                if (failure.getCause() instanceof TimeoutException) {
                    throw failure;
                }
                throw new IOException(failure);
            }
        }

        @Override
        public String session() throws IOException {
            return call(
                    consul.createSessionWithOptions(
                            new SessionOptions().setTtl(10).setLockDelay(0)));
        }

        @Override
        public boolean acquire(String session) throws IOException {
            return call(
                    consul.putValueWithOptions(
                            LOCK, "vertx", new KeyValueOptions().setAcquireSession(session)));
        }

        @Override
        public Optional<Long> term(String session) throws IOException {
            KeyValue value = call(consul.getValue(LOCK));
            return session.equals(value.getSession())
                    ? Optional.of(value.getLockIndex())
                    : Optional.empty();
        }

        @Override
        public boolean write(String session, long term) throws IOException {
            return call(consul.transaction(
                                    new TxnRequest()
                                            .addOperation(
                                                    new TxnKVOperation()
                                                            .setType(TxnKVVerb.CHECK_SESSION)
                                                            .setKey(LOCK)
                                                            .setSession(session))
                                            .addOperation(
                                                    new TxnKVOperation()
                                                            .setType(TxnKVVerb.SET)
                                                            .setKey(VALUE)
                                                            .setValue("" + term))))
                            .getErrorsSize()
                    == 0;
        }

        @Override
        public void release(String session) throws IOException {
            call(
                    consul.putValueWithOptions(
                            LOCK, "", new KeyValueOptions().setReleaseSession(session)));
        }

        @Override
        public void end(String session) throws IOException {
            call(consul.destroySession(session));
        }
    }
}
