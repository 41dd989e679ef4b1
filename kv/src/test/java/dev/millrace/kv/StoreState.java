package dev.millrace.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.Parts;
import dev.millrace.kv.store.Database;
import dev.millrace.kv.store.Dictionary;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Root;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** All that a store holds, for comparisons, checked on the way for being consistent in itself. */
final class StoreState {
    private static final int NODE_NAMES_BYTES = 16;

    private StoreState() {}

    /** From {@code database/key} to {@code type/encoding/expiry/value}. */
    static SortedMap<String, String> of(Stripes stripes) {
        SortedMap<String, String> state = new TreeMap<>();
        for (int s = 0; s < stripes.count(); s++) {
            for (int d = 0; d < Stripe.DATABASES_ALL; d++) {
                Database database = stripes.stripe(s).database(d);
                assertEquals(d, database.index());
                for (long item : items(database.items())) {
                    String name = d + "/" + latin(Item.key(item), Item.keyLength(item));
                    assertNull(state.put(name, value(item)), "twice: " + name);
                    checkPlace(stripes, stripes.stripe(s), database, item, name);
                }
                checkExpires(database);
            }
        }
        return state;
    }

    private static String value(long item) {
        return Item.type(item)
                + "/"
                + Item.encoding(item)
                + "/"
                + Item.expiresAt(item)
                + "/"
                + (Item.isLarge(item)
                        ? parts(item)
                        : latin(Item.value(item), Item.valueLength(item)));
    }

    /** In order, for a table has none of its own. */
    private static String parts(long item) {
        long root = Item.root(item);
        assertEquals(item, Root.owner(root));
        Parts parts = Parts.of(Item.type(item));
        if (Item.type(item) == Item.TYPE_STREAM) {
            Place place = new Place(new Stripe());
            place.item(item);
            return parts.size(root) + StreamText.of(place);
        }
        List<String> texts = new ArrayList<>();
        NativeBuffer form = new NativeBuffer(1024);
        parts.each(
                root,
                part -> {
                    form.clear();
                    parts.write(part, form);
                    texts.add(latin(form.address(), (int) form.length()));
                });
        form.free();
        if (Item.type(item) == Item.TYPE_LIST) {
            // In its order; nodes' names differ from one process to the next.
            texts.replaceAll(text -> text.substring(NODE_NAMES_BYTES));
        } else {
            Collections.sort(texts);
        }
        return parts.size(root) + texts.toString();
    }

    private static void checkPlace(
            Stripes stripes, Stripe stripe, Database database, long item, String name) {
        long key = Item.key(item);
        int length = Item.keyLength(item);
        assertEquals(stripe, stripes.of(key, length), "in the wrong stripe: " + name);
        long found = database.items().find(KeyHash.of(key, length), key, length);
        assertEquals(item, found, "not found: " + name);
    }

    private static void checkExpires(Database database) {
        List<Long> expiring = items(database.items());
        expiring.removeIf(item -> Item.expiresAt(item) == 0);
        List<Long> listed = items(database.expires());
        assertEquals(expiring.size(), listed.size(), "items with an expiry");
        assertTrue(listed.containsAll(expiring), "items with an expiry are listed");
    }

    private static List<Long> items(Dictionary dictionary) {
        List<Long> items = new ArrayList<>();
        long cursor = 0;
        do {
            cursor = dictionary.scan(cursor, items::add);
        } while (cursor != 0);
        assertEquals(dictionary.size(), items.size(), "size of a dictionary");
        return items;
    }

    private static String latin(long address, int length) {
        return new String(Memory.bytes(address, length), StandardCharsets.ISO_8859_1);
    }
}
