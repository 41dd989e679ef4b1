package dev.millrace.kv.collection;

import dev.millrace.kv.store.Apply;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;

/** What is done with items of any type. */
public final class Collections {
    private Collections() {}

    /** Makes {@code to} a copy of {@code from}, with its expiry; what was there is replaced. */
    public static void copy(Place from, Place to) {
        long item = from.item();
        if (!Item.isLarge(item)) {
            to.item(
                    Apply.copy(
                            to.stripe(),
                            to.database(),
                            to.hash(),
                            to.item(),
                            to.address(),
                            to.length(),
                            item));
            return;
        }
        if (to.exists()) {
            Members.deleteItem(to);
        }
        Parts.of(Item.type(item)).copy(Item.root(item), to);
        expire(to, Item.expiresAt(item));
    }

    /** Gives an item another key, with its expiry; what was there is replaced. */
    public static void move(Place from, Place to) {
        if (from.stripe() == to.stripe()) {
            Apply.move(from, to);
        } else {
            copy(from, to);
            Members.deleteItem(from);
        }
    }

    /** Deletes what is at a place. */
    public static void delete(Place place) {
        Members.deleteItem(place);
    }

    /** What is wrong with a packed collection's bytes from a stranger, empty if nothing. */
    public static String wrong(int type, int encoding, long value, int length) {
        return switch (type) {
            case Item.TYPE_LIST -> ListValue.wrong(encoding, value, length);
            case Item.TYPE_HASH -> HashValue.wrong(encoding, value, length);
            case Item.TYPE_SET -> SetValue.wrong(encoding, value, length);
            case Item.TYPE_SORTED_SET -> SortedSetValue.wrong(encoding, value, length);
            default -> "it is not known";
        };
    }

    private static void expire(Place place, long expiresAt) {
        place.item(
                Apply.expire(
                        place.stripe(), place.database(), place.hash(), place.item(), expiresAt));
    }
}
