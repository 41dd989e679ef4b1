package dev.millrace.bench.inside;

import dev.millrace.kernel.memory.Memory;

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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;

/**
 * Copying short values off the heap: {@link Memory}'s own copy, and the bulk copy that it takes for
 * long ones. The length is read from a field, as that of a stored value is: a constant one would be
 * unrolled to nothing.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MemoryCopy {
    private static final int ALIGNMENT = 64;

    /** Bytes copied at once. */
    @Param({"8", "16", "64", "192", "1024"})
    public int length;

    private final Arena arena = Arena.ofShared();
    private long from;
    private long to;
    private byte[] onHeap = new byte[0];

    /** Reserves both ranges. */
    @Setup
    public void reserve() {
        from = arena.allocate(length, ALIGNMENT).address();
        to = arena.allocate(length, ALIGNMENT).address();
        onHeap = new byte[length];
    }

    /** Gives them back. */
    @TearDown
    public void free() {
        arena.close();
    }

    /** What the store does. */
    @Benchmark
    public void memory() {
        Memory.copy(from, to, length);
    }

    /** The bulk copy at every length. */
    @Benchmark
    public void bulk() {
        Memory.move(from, to, length);
    }

    /** From the parser's array. */
    @Benchmark
    public void fromHeap() {
        Memory.copy(onHeap, 0, to, length);
    }

    /** Into the reply's array. */
    @Benchmark
    public void toHeap() {
        Memory.copy(from, onHeap, 0, length);
    }

    /** Between two segments that are not the whole address space, bounds checked. */
    @Benchmark
    public void segments() {
        MemorySegment source = Memory.segment(from, length);
        MemorySegment.copy(source, 0, Memory.segment(to, length), 0, length);
    }
}
