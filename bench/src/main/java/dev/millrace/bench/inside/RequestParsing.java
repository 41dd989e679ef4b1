package dev.millrace.bench.inside;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.memory.Slabs;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.resp.RequestParser;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Finding the requests in what a socket gave: a pipeline of SETs, whole or cut in the middle. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RequestParsing {
    private static final int DEPTH = 16;
    private static final int BULK_BYTES_MAX = 512 << 20;

    /** Bytes of each value. */
    @Param({"3", "1024"})
    public int valueBytes;

    private final RequestParser parser = new RequestParser(new Request(new Slabs()));
    private NativeBuffer input = new NativeBuffer(1);
    private int bytes;

    /** Writes the pipeline. */
    @Setup
    public void receive() {
        String set =
                "*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000042\r\n$%d\r\n%s\r\n"
                        .formatted(valueBytes, "x".repeat(valueBytes));
        input.put(set.repeat(DEPTH).getBytes(StandardCharsets.US_ASCII));
        bytes = (int) input.length();
    }

    /** Gives it back. */
    @TearDown
    public void free() {
        input.free();
    }

    /** One request of a pipeline that came as a whole. */
    @Benchmark
    @OperationsPerInvocation(DEPTH)
    public int whole() {
        int arguments = 0;
        for (int at = 0; at < bytes; ) {
            at += parser.parse(input.address() + at, bytes - at, BULK_BYTES_MAX, true);
            arguments += parser.request().count();
        }
        return arguments;
    }

    /** One request whose last two bytes come later. */
    @Benchmark
    public int inTwoPieces() {
        int one = bytes / DEPTH;
        parser.parse(input.address(), one - 2, BULK_BYTES_MAX, true);
        return parser.parse(input.address(), one, BULK_BYTES_MAX, true);
    }
}
