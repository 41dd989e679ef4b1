package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.Slabs;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.packed.Listpack;
import dev.millrace.kv.resp.Decimal;
import dev.millrace.kv.store.Apply;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Root;
import dev.millrace.kv.store.Stripe;

import java.util.SplittableRandom;

/**
 * A hash: fields in a listpack, each before its value, or members of a table.
 *
 * <p>What changes it is called by effects only, live and in a replay. Fields and values that are
 * passed lie outside the hash.
 */
public final class HashValue {
    /** The item's encoding while the hash is a listpack. */
    public static final int PACKED = 0;

    private HashValue() {}

    /** Is told a field and its value. */
    @FunctionalInterface
    public interface Pair {
        void pair(Element field, Element value);
    }

    // ---- Reading

    /** How many fields it has; 0 if there is none. */
    public static long size(Place place) {
        if (!place.exists()) {
            return 0;
        }
        return isTable(place)
                ? Members.size(Item.root(place.item()))
                : Listpack.count(Packed.pack(place)) / 2;
    }

    /** True if it is there and is no listpack. */
    public static boolean isTable(Place place) {
        return Members.isTable(place);
    }

    /** Reads a field's value; false if there is none. */
    public static boolean get(Place place, long field, int length, Element into) {
        if (!place.exists()) {
            return false;
        }
        if (isTable(place)) {
            long member = Members.find(Item.root(place.item()), field, length);
            if (member != 0) {
                readValue(member, into);
            }
            return member != 0;
        }
        long at = findPacked(place, field, length);
        if (at != 0) {
            Listpack.read(Listpack.next(at), into);
        }
        return at != 0;
    }

    public static boolean has(Place place, long field, int length) {
        if (!place.exists()) {
            return false;
        }
        return isTable(place)
                ? Members.find(Item.root(place.item()), field, length) != 0
                : findPacked(place, field, length) != 0;
    }

    private static long findPacked(Place place, long field, int length) {
        return Listpack.find(Listpack.first(Packed.pack(place)), field, length, 2);
    }

    static void readName(long member, Element into) {
        into.set(Member.name(member), Member.length(member));
    }

    static void readValue(long member, Element into) {
        long head = Member.payload(member);
        int length = Member.length(head);
        into.set(head + Member.headBytes(length), length);
    }

    /** Tells of all fields. The hash must not be changed meanwhile. */
    public static void each(Place place, Element field, Element value, Pair pair) {
        if (!place.exists()) {
            return;
        }
        if (isTable(place)) {
            long cursor = 0;
            do {
                cursor = scan(place, cursor, field, value, pair);
            } while (cursor != 0);
            return;
        }
        long at = Listpack.first(Packed.pack(place));
        while (!Listpack.isEnd(at)) {
            at = readPair(at, field, value);
            pair.pair(field, value);
        }
    }

    private static long readPair(long at, Element field, Element value) {
        Listpack.read(at, field);
        long second = Listpack.next(at);
        Listpack.read(second, value);
        return Listpack.next(second);
    }

    /** One step of a scan of a table: tells of some fields, and answers the next cursor. */
    public static long scan(Place place, long cursor, Element field, Element value, Pair pair) {
        return Members.scan(
                Item.root(place.item()),
                cursor,
                member -> {
                    readName(member, field);
                    readValue(member, value);
                    pair.pair(field, value);
                });
    }

    /** Bytes of the longest field or value it has, or more: a bound. */
    public static int longest(Place place) {
        return isTable(place)
                ? Root.longest(Item.root(place.item()))
                : Math.max(Decimal.BYTES_MAX, Item.valueLength(place.item()));
    }

    /** Reads a field, each with the same chance. There must be one. */
    public static void any(Place place, SplittableRandom random, Element field, Element value) {
        if (isTable(place)) {
            long member = Members.any(Item.root(place.item()), random);
            readName(member, field);
            readValue(member, value);
        } else {
            readAt(place, random.nextInt(Listpack.count(Packed.pack(place)) / 2), field, value);
        }
    }

    /** Reads the field at an index of a listpack. */
    public static void readAt(Place place, int index, Element field, Element value) {
        readPair(Listpack.at(Packed.pack(place), index * 2), field, value);
    }

    static String wrong(int encoding, long value, int length) {
        if (encoding != PACKED) {
            return "encoding " + encoding;
        }
        String wrong = Listpack.check(value, length);
        if (!wrong.isEmpty()) {
            return wrong;
        }
        int count = Listpack.count(value);
        return count > 0 && count % 2 == 0 ? "" : count + " elements";
    }

    // ---- Changing

    /**
     * Makes a hash where none is of a listpack that lies elsewhere: fields, each once, and values.
     */
    public static void createPacked(Place place, long pack) {
        Packed.create(place, Item.TYPE_HASH, PACKED, pack);
    }

    /** Makes it a table. */
    public static void toTable(Place place) {
        Stripe stripe = place.stripe();
        long root = Members.make(stripe, Item.TYPE_HASH, 0);
        if (!place.exists()) {
            Apply.createLarge(place, Item.TYPE_HASH, root);
            return;
        }
        Element field = new Element(stripe.lent(0));
        Element value = new Element(stripe.lent(1));
        each(place, field, value, (f, v) -> addMember(stripe, root, f, v));
        Apply.enlarge(place, root);
    }

    /** Sets a field, and makes the hash if there is none; true if the field is new. */
    public static boolean put(
            Place place, long field, int fieldLength, long value, int valueLength) {
        if (isTable(place)) {
            return putMember(place, field, fieldLength, value, valueLength);
        }
        if (!place.exists()) {
            Packed.create(place, Item.TYPE_HASH, PACKED);
        }
        long at = findPacked(place, field, fieldLength);
        if (at != 0) {
            Packed.replace(place, Listpack.next(at), value, valueLength);
            return false;
        }
        Packed.append(place, field, fieldLength);
        Packed.append(place, value, valueLength);
        return true;
    }

    private static boolean putMember(
            Place place, long field, int fieldLength, long value, int valueLength) {
        Stripe stripe = place.stripe();
        stripe.beforeChange(place.database(), place.item());
        long root = Item.root(place.item());
        long hash = KeyHash.of(field, fieldLength);
        long member = Members.find(root, hash, field, fieldLength);
        if (member == 0) {
            addMember(stripe, root, hash, field, fieldLength, value, valueLength);
            return true;
        }
        Members.beforeChange(place, root, member);
        if (Slabs.blockBytes(memberBytes(fieldLength, valueLength)) == Slabs.usable(member)) {
            writeValue(member, value, valueLength);
        } else {
            long fresh = newMember(stripe, root, field, fieldLength, value, valueLength);
            Members.move(root, hash, member, fresh);
            Root.free(stripe, root, member);
        }
        return false;
    }

    static void addMember(Stripe stripe, long root, Element field, Element value) {
        long hash = KeyHash.of(field.address(), field.length());
        addMember(
                stripe,
                root,
                hash,
                field.address(),
                field.length(),
                value.address(),
                value.length());
    }

    static void addMember(
            Stripe stripe,
            long root,
            long hash,
            long field,
            int fieldLength,
            long value,
            int valueLength) {
        long member = newMember(stripe, root, field, fieldLength, value, valueLength);
        Members.insert(stripe, root, hash, member);
    }

    private static long newMember(
            Stripe stripe, long root, long field, int fieldLength, long value, int valueLength) {
        long bytes = memberBytes(fieldLength, valueLength);
        long member = Root.allocate(stripe, root, bytes);
        long name = Member.writeHead(member, fieldLength, stripe.epoch());
        Memory.copy(field, name, fieldLength);
        writeValue(member, value, valueLength);
        Root.sawLength(root, fieldLength);
        Root.sawLength(root, valueLength);
        return member;
    }

    private static void writeValue(long member, long value, int length) {
        Memory.copy(value, Member.writeHead(Member.payload(member), length, 0), length);
    }

    private static long memberBytes(int fieldLength, int valueLength) {
        return (long) Member.headBytes(fieldLength)
                + fieldLength
                + Member.headBytes(valueLength)
                + valueLength;
    }

    /** Takes a field out, and the key with the last one; false if there is no such field. */
    public static boolean remove(Place place, long field, int length) {
        if (!place.exists()) {
            return false;
        }
        if (isTable(place)) {
            return removeMember(place, field, length);
        }
        long at = findPacked(place, field, length);
        if (at == 0) {
            return false;
        }
        if (Listpack.count(Packed.pack(place)) == 2) {
            Members.deleteItem(place);
        } else {
            Packed.delete(place, at, 2);
        }
        return true;
    }

    private static boolean removeMember(Place place, long field, int length) {
        long root = Item.root(place.item());
        long hash = KeyHash.of(field, length);
        long member = Members.find(root, hash, field, length);
        if (member == 0) {
            return false;
        }
        place.stripe().beforeChange(place.database(), place.item());
        Members.remove(place, root, hash, member);
        Members.deleteIfEmpty(place, root);
        return true;
    }
}
