package dev.millrace.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.Collections;
import dev.millrace.kv.collection.Parts;
import dev.millrace.kv.store.Apply;
import dev.millrace.kv.store.Dictionary;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

import java.util.ArrayList;
import java.util.List;

/** A store that any bytes were put into: everything in it must be readable. */
final class FuzzedStore {
    final Stripes stripes = new Stripes(2);
    private long sum;

    /** Reads every byte of every item, and empties the store. */
    void checkAndEmpty() {
        for (int s = 0; s < stripes.count(); s++) {
            Stripe stripe = stripes.stripe(s);
            for (int d = 0; d < Stripe.DATABASES_ALL; d++) {
                check(stripe.database(d).items());
                check(stripe.database(d).expires());
                Apply.flush(stripe, d);
            }
            while (stripe.sweep(Integer.MAX_VALUE, Parts::freeSomeOf)) {
                // One database after the other.
            }
        }
    }

    private void check(Dictionary items) {
        long[] count = {0};
        long cursor = 0;
        do {
            cursor =
                    items.scan(
                            cursor,
                            item -> {
                                count[0]++;
                                Item.typeName(item);
                                add(Item.key(item), Item.keyLength(item));
                                add(Item.value(item), Item.valueLength(item));
                                if (Item.isLarge(item)) {
                                    addParts(Item.type(item), Item.root(item));
                                }
                            });
        } while (cursor != 0);
        assertEquals(items.size(), count[0]);
    }

    /** What was not refused passes the checks of a checkpoint's load. */
    void checkWhole() {
        for (int s = 0; s < stripes.count(); s++) {
            for (int d = 0; d < Stripe.DATABASES_ALL; d++) {
                Dictionary items = stripes.stripe(s).database(d).items();
                long cursor = 0;
                do {
                    cursor = items.scan(cursor, FuzzedStore::checkWhole);
                } while (cursor != 0);
            }
        }
    }

    private static void checkWhole(long item) {
        if (!Item.isLarge(item) && Item.type(item) != Item.TYPE_STRING) {
            checkPacked(item);
        }
    }

    private static void checkPacked(long item) {
        String wrong =
                Collections.wrong(
                        Item.type(item),
                        Item.encoding(item),
                        Item.value(item),
                        Item.valueLength(item));
        assertEquals("", wrong, Item.typeName(item));
    }

    /** How many keys there are, database by database. */
    List<Long> sizes() {
        List<Long> sizes = new ArrayList<>();
        for (int d = 0; d < Stripe.DATABASES_ALL; d++) {
            long size = 0;
            for (int s = 0; s < stripes.count(); s++) {
                size += stripes.stripe(s).database(d).items().size();
            }
            sizes.add(size);
        }
        return sizes;
    }

    private void addParts(int type, long root) {
        NativeBuffer form = new NativeBuffer(1024);
        Parts.of(type).each(root, part -> Parts.of(type).write(part, form));
        add(form.address(), (int) form.length());
        form.free();
    }

    private void add(long address, int length) {
        for (byte b : Memory.bytes(address, length)) {
            sum += b;
        }
    }

    long sum() {
        return sum;
    }
}
