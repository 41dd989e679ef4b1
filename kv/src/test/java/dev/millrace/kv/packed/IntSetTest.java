package dev.millrace.kv.packed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** Against a TreeSet. */
class IntSetTest {
    private final NativeBuffer memory = new NativeBuffer(1 << 16);
    private final long set = memory.address();

    private static long value(SplittableRandom random) {
        return switch (random.nextInt(6)) {
            case 0 -> random.nextLong() >> random.nextInt(64);
            case 1 -> random.nextBoolean() ? Short.MAX_VALUE : Short.MIN_VALUE - 1L;
            case 2 -> random.nextInt(-40_000, 40_000);
            default -> random.nextInt(-50, 50);
        };
    }

    private void check(Set<Long> model) {
        assertEquals("", IntSet.check(set, IntSet.bytes(set)));
        List<Long> found = new ArrayList<>();
        for (int i = 0; i < IntSet.count(set); i++) {
            found.add(IntSet.get(set, i));
            assertEquals(i, IntSet.find(set, IntSet.get(set, i)));
        }
        assertEquals(List.copyOf(model), found);
    }

    @Test
    void it_is_a_sorted_set() {
        Seeds.each(
                500,
                random -> {
                    IntSet.init(set);
                    TreeSet<Long> model = new TreeSet<>();
                    for (int i = 0; i < 100; i++) {
                        long value = value(random);
                        int index = IntSet.find(set, value);
                        assertEquals(model.contains(value), index >= 0);
                        if (index < 0) {
                            int bytes = IntSet.bytesWith(set, value);
                            IntSet.add(set, value);
                            assertEquals(bytes, IntSet.bytes(set));
                            model.add(value);
                        } else if (random.nextBoolean()) {
                            IntSet.remove(set, index);
                            model.remove(value);
                        }
                    }
                    check(model);
                });
    }

    @Test
    void the_bytes_are_those_that_redis_writes() {
        IntSet.init(set);
        IntSet.add(set, 3);
        IntSet.add(set, -2);
        IntSet.add(set, 70_000);
        assertEquals(
                "0400000003000000" + "feffffff" + "03000000" + "70110100",
                HexFormat.of().formatHex(Memory.bytes(set, IntSet.bytes(set))));
    }

    @Test
    void a_foreign_one_is_either_refused_or_in_order() {
        Seeds.each(
                2000,
                random -> {
                    IntSet.init(set);
                    for (int i = random.nextInt(10); i >= 0; i--) {
                        long value = value(random);
                        if (IntSet.find(set, value) < 0) {
                            IntSet.add(set, value);
                        }
                    }
                    int bytes = IntSet.bytes(set);
                    Memory.putByte(set + random.nextInt(bytes), random.nextInt(256));
                    if (IntSet.check(set, bytes).isEmpty()) {
                        assertEquals(bytes, IntSet.bytes(set));
                        for (int i = 1; i < IntSet.count(set); i++) {
                            assertTrue(IntSet.get(set, i - 1) < IntSet.get(set, i));
                        }
                    }
                    assertNotEquals("", IntSet.check(set, bytes - 1));
                });
    }
}
