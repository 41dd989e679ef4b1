package dev.millrace.kv.generic;

import dev.millrace.kv.store.Dictionary;

import java.util.Arrays;
import java.util.function.LongPredicate;

/** Addresses of items, for as long as their stripes are locked. */
final class Items implements Dictionary.Visitor {
    private long[] items = new long[64];
    private int count;

    void add(long item) {
        if (count == items.length) {
            items = Arrays.copyOf(items, count * 2);
        }
        items[count++] = item;
    }

    @Override
    public void item(long item) {
        add(item);
    }

    int count() {
        return count;
    }

    long get(int index) {
        return items[index];
    }

    /** Lets go of all others. */
    void keep(LongPredicate wanted) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (wanted.test(items[i])) {
                items[kept++] = items[i];
            }
        }
        count = kept;
    }
}
