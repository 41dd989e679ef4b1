package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.packed.Listpack;
import dev.millrace.kv.store.Apply;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Stripe;

/**
 * A list: elements in one listpack, or in a {@link ListChain} of them.
 *
 * <p>What changes it is called by effects only, live and in a replay. Elements that are passed lie
 * outside the list. Indexes count from the front.
 */
public final class ListValue {
    /** The item's encoding while it is one listpack. */
    public static final int PACKED = 0;

    private ListValue() {}

    /** Is told an element; false ends it. */
    @FunctionalInterface
    public interface Visitor {
        boolean element(Element element);
    }

    // ---- Reading

    public static boolean isChain(Place place) {
        return place.exists() && Item.isLarge(place.item());
    }

    private static long root(Place place) {
        return Item.root(place.item());
    }

    /** How many elements it has; 0 if there is none. */
    public static long size(Place place) {
        if (!place.exists()) {
            return 0;
        }
        return isChain(place) ? ListChain.size(root(place)) : Listpack.count(Packed.pack(place));
    }

    /** Bytes of its listpack; 0 if there is none. */
    public static int packedBytes(Place place) {
        return place.exists() && !isChain(place) ? Listpack.bytes(Packed.pack(place)) : 0;
    }

    /** Reads the element at an index, which there is. */
    public static void read(Place place, long index, Element into) {
        Listpack.read(
                isChain(place)
                        ? ListChain.at(root(place), index).address()
                        : Listpack.at(Packed.pack(place), (int) index),
                into);
    }

    /**
     * Tells of elements from an index on, forwards or backwards, to the end of the list. The list
     * must not be changed meanwhile.
     */
    public static void each(
            Place place, long index, boolean back, Element element, Visitor visitor) {
        if (index < 0 || index >= size(place)) {
            return;
        }
        ListCursor cursor = new ListCursor(place, index, back);
        do {
            cursor.read(element);
        } while (visitor.element(element) && cursor.next());
    }

    static String wrong(int encoding, long value, int length) {
        if (encoding != PACKED) {
            return "encoding " + encoding;
        }
        String wrong = Listpack.check(value, length);
        return wrong.isEmpty() && Listpack.count(value) == 0 ? "no elements" : wrong;
    }

    /** Is told the listpack of a node. */
    @FunctionalInterface
    public interface PackVisitor {
        void pack(long pack);
    }

    /** Tells of the listpacks of a chain, in their order, and how many there are. */
    public static int eachPack(Place place, PackVisitor visitor) {
        int nodes = 0;
        long node = ListChain.head(root(place));
        for (; node != 0; node = ListNode.next(node)) {
            visitor.pack(ListNode.pack(node));
            nodes++;
        }
        return nodes;
    }

    // ---- Changing

    /** Makes a list where none is of a listpack that lies elsewhere and has elements. */
    public static void createPacked(Place place, long pack) {
        Packed.create(place, Item.TYPE_LIST, PACKED, pack);
    }

    /** Makes it a chain, if it is none. */
    public static void toChain(Place place) {
        if (isChain(place)) {
            return;
        }
        Stripe stripe = place.stripe();
        long root = ListChain.make(stripe);
        if (!place.exists()) {
            Apply.createLarge(place, Item.TYPE_LIST, root);
            return;
        }
        stripe.beforeChange(place.database(), place.item());
        each(
                place,
                0,
                false,
                new Element(stripe.lent(0)),
                element -> {
                    ListChain.push(place, root, false, element.address(), element.length());
                    return true;
                });
        Apply.enlarge(place, root);
    }

    /** Puts an element at the front or at the back, and makes the list if there is none. */
    public static void push(Place place, boolean front, long value, int length) {
        if (isChain(place)) {
            place.stripe().beforeChange(place.database(), place.item());
            ListChain.push(place, root(place), front, value, length);
            return;
        }
        if (!place.exists()) {
            Packed.create(place, Item.TYPE_LIST, PACKED);
        }
        long pack = Packed.pack(place);
        Packed.insert(place, front ? Listpack.first(pack) : Listpack.end(pack), value, length);
    }

    /** Takes so many elements out from an index on, which are there, and the key with the last. */
    public static void remove(Place place, long index, long count) {
        if (count == size(place)) {
            Members.deleteItem(place);
        } else if (isChain(place)) {
            place.stripe().beforeChange(place.database(), place.item());
            ListChain.remove(place, root(place), index, count);
        } else {
            Packed.delete(place, Listpack.at(Packed.pack(place), (int) index), (int) count);
        }
    }

    /**
     * Takes out elements that have a value, and the key with the last of all.
     *
     * @param limit how many at most
     * @param back from the end of the list on
     * @return how many
     */
    public static long removeEqual(Place place, boolean back, long limit, long value, int length) {
        Stripe stripe = place.stripe();
        stripe.beforeChange(place.database(), place.item());
        long before = size(place);
        long removed =
                isChain(place)
                        ? ListChain.removeEqual(place, root(place), back, limit, value, length)
                        : Listpack.deleteEqual(Packed.pack(place), back, limit, value, length);
        if (removed == before) {
            Members.deleteItem(place);
        } else if (!isChain(place)) {
            Packed.trim(place);
        }
        return removed;
    }

    /**
     * Moves the element at an end of a list to an end of another, which may be the same or not yet
     * there. The key without elements goes.
     */
    public static void move(
            Place from, boolean fromFront, Place to, boolean toFront, Element element) {
        read(from, fromFront ? 0 : size(from) - 1, element);
        if (from.item() == to.item()) {
            if (fromFront != toFront) {
                // A copy, for the list's elements move when it grows.
                NativeBuffer copy =
                        new NativeBuffer(from.stripe().slabs(), Math.max(element.length(), 1));
                copy.put(element.address(), element.length());
                push(from, toFront, copy.address(), element.length());
                copy.free();
                remove(from, fromFront ? 0 : size(from) - 1, 1);
            }
            return;
        }
        push(to, toFront, element.address(), element.length());
        remove(from, fromFront ? 0 : size(from) - 1, 1);
    }

    /** Puts another element in the place of one. */
    public static void set(Place place, long index, long value, int length) {
        if (isChain(place)) {
            place.stripe().beforeChange(place.database(), place.item());
            ListChain.set(place, root(place), index, value, length);
        } else {
            Packed.replace(place, Listpack.at(Packed.pack(place), (int) index), value, length);
        }
    }

    /** Puts an element before the one that has an index now. */
    public static void insert(Place place, long index, long value, int length) {
        if (isChain(place)) {
            place.stripe().beforeChange(place.database(), place.item());
            ListChain.insert(place, root(place), index, value, length);
        } else {
            Packed.insert(place, Listpack.at(Packed.pack(place), (int) index), value, length);
        }
    }
}
