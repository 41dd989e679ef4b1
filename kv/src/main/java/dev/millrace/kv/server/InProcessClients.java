package dev.millrace.kv.server;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kv.embedded.Answer;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** Executes the blocks of the JVM that the node runs in, on one loop after the other. */
final class InProcessClients {
    private final List<KvLoop> loops;
    private final Journal journal;
    private final AtomicInteger next = new AtomicInteger();
    private final Set<InProcessClient> unanswered = ConcurrentHashMap.newKeySet();

    InProcessClients(List<KvLoop> loops, Journal journal) {
        this.loops = List.copyOf(loops);
        this.journal = journal;
    }

    /** From any thread. */
    CompletableFuture<List<Answer>> execute(byte[] requests, int queued) {
        KvLoop loop = loops.get(Math.floorMod(next.getAndIncrement(), loops.size()));
        CompletableFuture<List<Answer>> future = new CompletableFuture<>();
        InProcessClient client = new InProcessClient(loop, journal, queued, future);
        unanswered.add(client);
        future.whenComplete((answers, failure) -> unanswered.remove(client));
        try {
            loop.execute(() -> client.execute(requests));
        } catch (RejectedExecutionException ended) {
            client.stopped();
        }
        return future;
    }

    /** The loops have stopped. */
    void stop() {
        unanswered.forEach(InProcessClient::stopped);
    }
}
