package dev.millrace.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.GuardedMemory;
import dev.millrace.kv.effect.Replay;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The effects in a record, of any bytes.
 *
 * <p>A record has a checksum and its segment's salt: what the disk has spoilt never comes so far.
 * What does is a mistake of ours, another version's, or a file that somebody has made; such a
 * record is refused, may have been applied in part by then (the node does not start), and neither
 * ends the process nor leaves in the store what cannot be read. Not promised is that it is cheap:
 * effects that are well-formed are believed, also the one that asks for a string of 2 GiB.
 */
class EffectFuzzTest {
    private static final FuzzedStore STORE = new FuzzedStore();
    private static final Replay REPLAY = new Replay(STORE.stripes);

    @FuzzTest(maxDuration = "30s")
    void effects_are_applied_or_refused(byte[] input) {
        if (asksForMegabytes(input)) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = GuardedMemory.copy(arena, input);
            REPLAY.apply(memory.address(), input.length);
            STORE.checkWhole();
        } catch (CorruptJournalException refused) {
            // As it should be.
        } finally {
            STORE.checkAndEmpty();
        }
    }

    /** A string may have 2 GiB of zeros before its first byte, but here it would take for ever. */
    private static boolean asksForMegabytes(byte[] input) {
        int high = 0;
        for (byte b : input) {
            high = b < 0 ? high + 1 : 0;
            if (high == 3) {
                return true;
            }
        }
        return false;
    }
}
