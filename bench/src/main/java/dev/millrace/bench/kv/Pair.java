package dev.millrace.bench.kv;

import dev.millrace.bench.client.Keys;
import dev.millrace.bench.client.Loader;
import dev.millrace.bench.client.RedisBenchmark;
import dev.millrace.bench.client.Strings;
import dev.millrace.bench.client.Values;
import dev.millrace.bench.server.Durability;
import dev.millrace.bench.server.ServerUnderTest;

import java.io.IOException;

/** Both servers, running; while one is driven, the other idles. */
record Pair(ServerUnderTest subject, ServerUnderTest peer) implements AutoCloseable {
    static Pair start(Bench bench, Durability durability) throws IOException, InterruptedException {
        ServerUnderTest subject = bench.start(bench.subject(), durability);
        try {
            return new Pair(subject, bench.start(bench.peer(), durability));
        } catch (IOException | InterruptedException failure) {
            subject.close();
            throw failure;
        }
    }

    /** Sets every key that redis-benchmark may draw, so that each GET finds a value. */
    void load(int valueBytes) throws IOException {
        int count = RedisBenchmark.KEYS;
        Strings keys = new Strings(Keys.ofRedisBenchmark(count), Values.ofBytes(valueBytes));
        Loader.load(subject.port(), keys, 0, count);
        Loader.load(peer.port(), keys, 0, count);
    }

    <T> Turns<T> alternate(int rounds, Turns.Turn<ServerUnderTest, T> turn)
            throws IOException, InterruptedException {
        return Turns.alternate(rounds, subject, peer, turn);
    }

    @Override
    public void close() {
        peer.close();
        subject.close();
    }
}
