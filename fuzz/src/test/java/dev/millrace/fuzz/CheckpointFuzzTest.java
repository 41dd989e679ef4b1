package dev.millrace.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.journal.FakeDisk;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.memory.GuardedMemory;
import dev.millrace.kernel.shard.MendedCheckpoint;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.kv.checkpoint.KvMachine;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A checkpoint's file, and the items in it, of any bytes. Bit 0 of the first: sums are put right.
 */
class CheckpointFuzzTest {
    private static final long POSITION = 5;
    private static final SegmentJournal.Options SMALL =
            new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 1);
    private static final FuzzedStore STORE = new FuzzedStore();
    private static final KvMachine MACHINE = new KvMachine(STORE.stripes);

    @FuzzTest(maxDuration = "30s")
    void a_checkpoint_is_loaded_or_refused(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            FakeDisk snapshots = new FakeDisk(bytes -> GuardedMemory.allocate(arena, bytes));
            byte[] rest = Arrays.copyOfRange(input, 1, input.length);
            MemorySegment content = GuardedMemory.copy(arena, rest);
            if ((input[0] & 1) == 1) {
                MendedCheckpoint.mend(content, POSITION);
            }
            snapshots.put(MendedCheckpoint.name(POSITION), content.toArray(ValueLayout.JAVA_BYTE));
            FakeDisk journal = new FakeDisk(bytes -> GuardedMemory.allocate(arena, bytes));
            Shard.open(
                            journal,
                            snapshots,
                            SMALL,
                            List.of(MACHINE),
                            Clock.systemUTC(),
                            new Random(1))
                    .segments()
                    .close();
            STORE.checkWhole();
        } catch (CorruptJournalException refused) {
            // As it should be.
        } finally {
            STORE.checkAndEmpty();
        }
    }
}
