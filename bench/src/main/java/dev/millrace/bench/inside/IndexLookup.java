package dev.millrace.bench.inside;

import dev.millrace.bench.client.Keys;
import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.memory.Slabs;
import dev.millrace.kv.store.Apply;
import dev.millrace.kv.store.Dictionary;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Stripe;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * The index by keys in random order: what lies in no cache costs what memory costs. {@code
 * insertAll} is told per table; divide by the keys, its splits included.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class IndexLookup {
    /** How many keys of 16 bytes there are. */
    @Param({"1000", "1000000"})
    public int keys;

    private final Stripe stripe = new Stripe();
    private final Dictionary dictionary = stripe.database(0).items();
    private final Slabs slabs = new Slabs();
    private final NativeBuffer names = new NativeBuffer(1 << 16);
    private long[] hashes = new long[0];
    private long[] items = new long[0];
    private int[] order = new int[0];
    private int keyBytes;
    private int next;

    /** Stores the keys, and draws the order in which they are asked for. */
    @Setup
    public void store() {
        Keys named = Keys.ofRedisBenchmark(keys);
        keyBytes = named.bytes();
        hashes = new long[keys];
        items = new long[keys];
        for (int i = 0; i < keys; i++) {
            names.put(named.key(i).getBytes(StandardCharsets.US_ASCII));
        }
        stripe.lock();
        for (int i = 0; i < keys; i++) {
            hashes[i] = KeyHash.of(name(i), keyBytes);
            items[i] =
                    Apply.putString(
                            stripe,
                            stripe.database(0),
                            hashes[i],
                            0,
                            name(i),
                            keyBytes,
                            name(i),
                            keyBytes,
                            0,
                            Item.ENCODING_PLAIN);
        }
        order = new SplittableRandom(1).ints(1 << 20, 0, keys).toArray();
    }

    private long name(int index) {
        return names.address() + (long) index * keyBytes;
    }

    private int draw() {
        next = next + 1 & order.length - 1;
        return order[next];
    }

    /** One look-up that finds, its hash known. */
    @Benchmark
    public long find() {
        int key = draw();
        return dictionary.find(hashes[key], name(key), keyBytes);
    }

    /** One look-up that does not find. */
    @Benchmark
    public long miss() {
        int key = draw();
        return dictionary.find(~hashes[key], name(key), keyBytes);
    }

    /** The hash of one key. */
    @Benchmark
    public long hash() {
        return KeyHash.of(name(draw()), keyBytes);
    }

    /** One entry out and in again. */
    @Benchmark
    public void removeAndInsert() {
        int key = draw();
        dictionary.remove(hashes[key], items[key]);
        dictionary.insert(hashes[key], items[key]);
    }

    /** A new table with all keys, and its end. */
    @Benchmark
    public long insertAll() {
        Dictionary table = new Dictionary(slabs);
        for (int i = 0; i < keys; i++) {
            table.insert(hashes[i], items[i]);
        }
        long size = table.size();
        table.free();
        return size;
    }
}
