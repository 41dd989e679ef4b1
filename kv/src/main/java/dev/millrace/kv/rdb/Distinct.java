package dev.millrace.kv.rdb;

import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.packed.Listpack;

import java.util.Arrays;

/** Whether the elements of a foreign listpack are all different. */
final class Distinct {
    private Distinct() {}

    /**
     * Looks at every {@code step}th element. By their hashes, which are of 64 bits and keyed: that
     * two differ and have one hash will not happen.
     */
    static boolean are(long pack, int step, Element element) {
        int count = Listpack.count(pack) / step;
        if (count < 2) {
            return true;
        }
        long[] hashes = new long[count];
        long at = Listpack.first(pack);
        for (int i = 0; i < count; i++) {
            Listpack.read(at, element);
            hashes[i] = KeyHash.of(element.address(), element.length());
            for (int s = 0; s < step; s++) {
                at = Listpack.next(at);
            }
        }
        Arrays.sort(hashes);
        for (int i = 1; i < count; i++) {
            if (hashes[i] == hashes[i - 1]) {
                return false;
            }
        }
        return true;
    }
}
