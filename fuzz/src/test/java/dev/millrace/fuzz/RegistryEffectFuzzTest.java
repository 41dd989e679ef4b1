package dev.millrace.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.GuardedMemory;
import dev.millrace.registry.effect.Changes;
import dev.millrace.registry.effect.FormReader;
import dev.millrace.registry.state.State;

import java.lang.foreign.Arena;

/** The registry's effects in a record, of any bytes; each begun as one of a checkpoint as well. */
class RegistryEffectFuzzTest {
    @FuzzTest(maxDuration = "30s")
    void effects_are_applied_or_damaged(byte[] input) {
        try (Arena arena = Arena.ofConfined()) {
            long address = GuardedMemory.copy(arena, input).address();
            restore(address, input.length);
            FormReader in = new FormReader();
            in.read(address, input.length);
            State state = State.EMPTY;
            while (in.hasMore()) {
                state = Changes.replayed(state, in);
            }
        } catch (CorruptJournalException damaged) {
            return; // As declared.
        }
    }

    private static void restore(long address, long bytes) {
        FormReader in = new FormReader();
        in.read(address, bytes);
        State state = State.EMPTY;
        try {
            while (in.hasMore()) {
                state = Changes.restored(state, in);
            }
        } catch (CorruptJournalException damaged) {
            return; // As declared.
        }
    }
}
