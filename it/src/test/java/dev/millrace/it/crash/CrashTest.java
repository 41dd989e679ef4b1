package dev.millrace.it.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.resp.Reply;
import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.Await;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;
import dev.millrace.it.server.Setup.Sync;
import dev.millrace.it.server.SystemUnderTest;
import dev.millrace.kernel.Seeds;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToIntFunction;

/**
 * Several writers, and the process ends under them: with SIGKILL at a random point, then again on
 * the same data. What was acknowledged must be there, in order and once; of what was only sent, a
 * part without gaps may be there. {@code -Dmillrace.it.rounds=N} sets how often.
 */
class CrashTest {
    private static final int ROUNDS = Integer.getInteger("millrace.it.rounds", 4);
    private static final Duration WRITING_MAX = Duration.ofSeconds(60);

    /** One writer waits for every reply: of its operations at most one more may be there. */
    private static final int[] DEPTHS = {1, 1, 8, 64};

    @ParameterizedTest
    @CsvSource({"OS,1", "EVERYSEC,1", "ALWAYS,1", "OS,4", "EVERYSEC,4", "ALWAYS,4"})
    void what_was_acknowledged_survives_sigkill(Sync sync, int loops) {
        Setup setup = Setup.plain().withSync(sync).withLoops(loops);
        Seeds.each(1, random -> endAgainAndAgain(setup, random, ROUNDS, CrashTest::kill));
    }

    @ParameterizedTest
    @CsvSource({"OS,1", "EVERYSEC,4"})
    void sigterm_ends_with_exit_code_0_and_loses_nothing(Sync sync, int loops) {
        Setup setup = Setup.plain().withSync(sync).withLoops(loops);
        Seeds.each(1, random -> endAgainAndAgain(setup, random, 2, Server::terminate));
    }

    private static int kill(Server server) {
        server.kill();
        return 0;
    }

    private static void endAgainAndAgain(
            Setup setup, SplittableRandom random, int rounds, ToIntFunction<Server> end)
            throws Exception {
        long[] done = new long[DEPTHS.length];
        long sharedLeast = 0;
        try (Server server = SystemUnderTest.start(setup)) {
            for (int round = 0; round < rounds; round++) {
                List<Writer> writers = writers(server, done, random);
                Watcher watcher = new Watcher(server.port());
                int target = 50 + random.nextInt(round % 2 == 0 ? 40_000 : 500);
                assertEquals(0, writeUntilEnd(server, writers, watcher, target, end));
                server.start();
                for (Writer writer : writers) {
                    assertEquals("", writer.complaint());
                    sharedLeast = Math.max(sharedLeast, writer.sharedSeen());
                }
                sharedLeast = Math.max(sharedLeast, watcher.seen());
                verify(server, writers, done, sharedLeast);
            }
        }
    }

    private static List<Writer> writers(Server server, long[] done, SplittableRandom random) {
        List<Writer> writers = new ArrayList<>();
        for (int index = 0; index < DEPTHS.length; index++) {
            History history = new History(index);
            int port = server.port();
            writers.add(new Writer(history, port, DEPTHS[index], done[index], random.split()));
        }
        return writers;
    }

    /** Ends the process once {@code target} more operations are acknowledged; its exit code. */
    private static int writeUntilEnd(
            Server server,
            List<Writer> writers,
            Watcher watcher,
            int target,
            ToIntFunction<Server> end)
            throws InterruptedException {
        long before = acknowledged(writers);
        List<Thread> threads = new ArrayList<>();
        writers.forEach(writer -> threads.add(Thread.ofPlatform().start(writer)));
        threads.add(Thread.ofPlatform().start(watcher));
        int exit;
        try {
            Await.until(
                    () -> target + " operations acknowledged; printed:\n" + server.printed(),
                    WRITING_MAX,
                    () -> acknowledged(writers) - before >= target || anyComplaint(writers));
        } finally {
            exit = end.applyAsInt(server);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return exit;
    }

    private static long acknowledged(List<Writer> writers) {
        return writers.stream().mapToLong(Writer::acknowledged).sum();
    }

    private static boolean anyComplaint(List<Writer> writers) {
        return writers.stream().anyMatch(writer -> !writer.complaint().isEmpty());
    }

    private static void verify(Server server, List<Writer> writers, long[] done, long sharedLeast)
            throws IOException {
        try (RespConnection connection = RespConnection.open(server.port())) {
            long sent = 0;
            for (int index = 0; index < writers.size(); index++) {
                done[index] = verify(connection, new History(index), writers.get(index));
                sent += writers.get(index).sent();
            }
            long shared = Long.parseLong(value(connection, History.SHARED));
            assertTrue(shared >= sharedLeast && shared <= sent, () -> shared + " < " + sharedLeast);
        }
    }

    /** Finds how many of the writer's operations are there: no gaps, and none acknowledged lost. */
    private static long verify(RespConnection connection, History history, Writer writer)
            throws IOException {
        List<String> values = new ArrayList<>();
        for (String key : history.keys()) {
            values.add(value(connection, key));
        }
        for (long done = writer.acknowledged(); done <= writer.sent(); done++) {
            // An operation that shows in no key of this writer cannot be told from the one before.
            if (history.state(done).equals(values)) {
                return resume(history, writer, done);
            }
        }
        throw new AssertionError(
                history
                        + ": "
                        + values
                        + " (expected: "
                        + history.state(writer.acknowledged())
                        + " to "
                        + history.state(writer.sent())
                        + ", from "
                        + writer.acknowledged()
                        + " acknowledged to "
                        + writer.sent()
                        + " sent)");
    }

    /** Steps over a shared count that may or may not have happened. */
    private static long resume(History history, Writer writer, long done) {
        boolean hidden = done < writer.sent() && history.kind(done + 1) == History.Kind.SHARED_INCR;
        return hidden ? done + 1 : done;
    }

    private static String value(RespConnection connection, String key) throws IOException {
        Reply reply = connection.call("GET", key).reply();
        return reply instanceof Reply.Nothing ? "" : reply.text();
    }
}
