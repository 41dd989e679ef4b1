package dev.millrace.kv.collection;

import dev.millrace.kv.packed.Listpack;
import dev.millrace.kv.store.Apply;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;

/**
 * A listpack that is an item's value. The item moves when it needs another block, so elements are
 * named by their address only until the next change.
 */
final class Packed {
    private Packed() {}

    static void create(Place place, int type, int encoding) {
        Apply.create(place, type, encoding, Listpack.EMPTY_BYTES);
        Listpack.init(pack(place));
    }

    /** Makes the value an empty listpack, whatever it was. */
    static void reset(Place place, int encoding) {
        place.stripe().beforeChange(place.database(), place.item());
        Apply.resize(place, Listpack.EMPTY_BYTES);
        Apply.encode(place, encoding);
        Listpack.init(pack(place));
    }

    static long pack(Place place) {
        return Item.value(place.item());
    }

    /** Puts an element before {@code at}; returns where it stands now. */
    static long insert(Place place, long at, long value, int length) {
        long offset = at - pack(place);
        makeRoom(place, Listpack.elementBytes(value, length));
        long moved = pack(place) + offset;
        Listpack.insert(pack(place), moved, value, length);
        return moved;
    }

    static void append(Place place, long value, int length) {
        insert(place, Listpack.end(pack(place)), value, length);
    }

    /** Puts another value in an element's place; returns where it stands now. */
    static long replace(Place place, long at, long value, int length) {
        long offset = at - pack(place);
        int before = (int) (Listpack.next(at) - at);
        makeRoom(place, Math.max(0, Listpack.elementBytes(value, length) - before));
        long moved = pack(place) + offset;
        Listpack.replace(pack(place), moved, value, length);
        trim(place);
        return pack(place) + offset;
    }

    static void delete(Place place, long at, int count) {
        place.stripe().beforeChange(place.database(), place.item());
        Listpack.delete(pack(place), at, count);
        trim(place);
    }

    private static void makeRoom(Place place, int more) {
        place.stripe().beforeChange(place.database(), place.item());
        Apply.resize(place, Listpack.bytes(pack(place)) + more);
    }

    /** Gives back what the listpack does not need any more. */
    static void trim(Place place) {
        Apply.resize(place, Listpack.bytes(pack(place)));
    }
}
