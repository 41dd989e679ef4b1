package dev.millrace.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.millrace.kernel.memory.GuardedMemory;
import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kv.rdb.BadDump;
import dev.millrace.kv.rdb.DumpedValue;
import dev.millrace.kv.rdb.Limits;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Stripe;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What RESTORE is given, of any bytes: the first is the type's code, the second says up to what
 * collections stay packed, the rest is the value. (A payload's version and sum are looked at before
 * that, and anybody can compute a sum.)
 */
class RestoreFuzzTest {
    private static final int FIXED_BYTES = 2;
    private static final FuzzedStore STORE = new FuzzedStore();
    private static final DumpedValue VALUE = new DumpedValue();

    @FuzzTest(maxDuration = "30s")
    void a_value_is_read_or_refused(byte[] input) {
        if (input.length < FIXED_BYTES) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = GuardedMemory.copy(arena, input);
            long start = memory.address();
            // Any byte will do for a key.
            Stripe stripe = STORE.stripes.of(start, 1);
            Place place = new Place(stripe);
            place.set(stripe, stripe.database(0), KeyHash.of(start, 1), start, 1, 0);
            VALUE.read(
                    place,
                    limits(input[1] & 0xff),
                    input[0] & 0xff,
                    start + FIXED_BYTES,
                    input.length - FIXED_BYTES);
            STORE.checkWhole();
        } catch (BadDump refused) {
            // As it should be.
        } finally {
            STORE.checkAndEmpty();
        }
    }

    private static Limits limits(int most) {
        return new Limits(most, most, most, most, most);
    }
}
