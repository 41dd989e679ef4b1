package dev.millrace.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.millrace.kernel.journal.FakeDisk;
import dev.millrace.kernel.journal.Progress;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.memory.GuardedMemory;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.kv.checkpoint.KvMachine;
import dev.millrace.kv.rdb.BadDump;
import dev.millrace.kv.rdb.DumpLoad;
import dev.millrace.kv.store.Stripes;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A dump file of any bytes, imported. The first byte of an input: bit 0, whether the rest is given
 * the beginning of a file; bit 1, whether it is given an end, which says that there is no sum.
 *
 * <p>What is loaded must be what a replay of the journal finds, and whole. What is refused may have
 * left something in the journal, for an import has one of its own and deletes it: that nothing
 * stays is the concern of {@code DumpFileTest}.
 */
class DumpFileFuzzTest {
    private static final SegmentJournal.Options SMALL =
            new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 1);
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(1), ZoneOffset.UTC);
    private static final FuzzedStore REPLAYED = new FuzzedStore();
    private static final KvMachine LOADING = new KvMachine(new Stripes(1));
    private static final KvMachine REPLAYING = new KvMachine(REPLAYED.stripes);
    private static final DumpLoad LOAD = new DumpLoad(Progress.UNSEEN);

    @FuzzTest(maxDuration = "30s")
    void a_dump_file_is_loaded_or_refused_at_an_offset(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        byte[] file = file(input);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = GuardedMemory.copy(arena, file);
            FakeDisk journal = new FakeDisk(bytes -> GuardedMemory.allocate(arena, bytes));
            long keys = load(memory, open(arena, journal, LOADING));
            open(arena, journal, REPLAYING).segments().close();
            assertEquals(keys, REPLAYED.sizes().stream().mapToLong(size -> size).sum());
            REPLAYED.checkWhole();
        } catch (BadDump refused) {
            assertTrue(refused.offset() >= 0 && refused.offset() <= file.length);
        } finally {
            REPLAYED.checkAndEmpty();
        }
    }

    private static long load(MemorySegment file, Shard shard) throws IOException {
        try (SegmentJournal journal = shard.segments()) {
            assert journal.end() == 0;
            return LOAD.read(shard, file.address(), file.byteSize(), CLOCK.millis()).keys();
        }
    }

    private static byte[] file(byte[] input) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        if ((input[0] & 1) != 0) {
            file.writeBytes("REDIS0010".getBytes(StandardCharsets.US_ASCII));
        }
        file.writeBytes(Arrays.copyOfRange(input, 1, input.length));
        if ((input[0] & 2) != 0) {
            file.write(0xff);
            file.writeBytes(new byte[Long.BYTES]);
        }
        return file.toByteArray();
    }

    private static Shard open(Arena arena, FakeDisk journal, KvMachine machine) throws IOException {
        return Shard.open(
                journal,
                new FakeDisk(bytes -> GuardedMemory.allocate(arena, bytes)),
                SMALL,
                List.of(machine),
                CLOCK,
                new Random(1));
    }
}
