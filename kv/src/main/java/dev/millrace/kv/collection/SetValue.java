package dev.millrace.kv.collection;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.packed.IntSet;
import dev.millrace.kv.packed.Listpack;
import dev.millrace.kv.resp.Decimal;
import dev.millrace.kv.store.Apply;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Root;
import dev.millrace.kv.store.Stripe;

import java.util.SplittableRandom;

/**
 * A set: integers in an {@link IntSet}, members in a listpack, or members of a table. It goes from
 * one form to the next, and never back. Redis 7.0 knows no listpacks here and calls these hashtable
 * too; a short set takes half the memory so.
 *
 * <p>What changes it is called by effects only, live and in a replay. Members that are passed lie
 * outside the set.
 */
public final class SetValue {
    /** The item's encoding while it is integers. */
    public static final int INTEGERS = 0;

    /** The item's encoding while it is a listpack. */
    public static final int PACKED = 1;

    /** A set that is not of integers alone is a listpack up to so many members. */
    private static final int PACKED_MEMBERS_MAX = 128;

    /** And as long as none of them is longer than this. */
    private static final int PACKED_BYTES_MAX = 64;

    private SetValue() {}

    /** The form of a set that is not of integers alone, by its members and the longest of them. */
    public static Form formOf(long members, int longest) {
        return members <= PACKED_MEMBERS_MAX && longest <= PACKED_BYTES_MAX
                ? Form.PACKED
                : Form.TABLE;
    }

    /** The forms, in the order in which a set takes them. */
    public enum Form {
        INTEGERS(0),
        PACKED(1),
        TABLE(2);

        private final int code;

        Form(int code) {
            this.code = code;
        }

        /** As effects name it. */
        public int code() {
            return code;
        }

        public static Form of(int code) {
            return switch (code) {
                case 0 -> INTEGERS;
                case 1 -> PACKED;
                case 2 -> TABLE;
                default ->
                        throw new CorruptJournalException(
                                "kv set: form " + code + " (expected: <= 2)");
            };
        }
    }

    /** Is told a member. */
    @FunctionalInterface
    public interface Visitor {
        void member(Element member);
    }

    // ---- Reading

    /** Its form; integers if there is none. */
    public static Form form(Place place) {
        if (!place.exists()) {
            return Form.INTEGERS;
        }
        if (Item.isLarge(place.item())) {
            return Form.TABLE;
        }
        return Item.encoding(place.item()) == INTEGERS ? Form.INTEGERS : Form.PACKED;
    }

    /** How many members it has; 0 if there is none. */
    public static long size(Place place) {
        if (!place.exists()) {
            return 0;
        }
        return switch (form(place)) {
            case INTEGERS -> IntSet.count(integers(place));
            case PACKED -> Listpack.count(Packed.pack(place));
            case TABLE -> Members.size(Item.root(place.item()));
        };
    }

    private static long integers(Place place) {
        return Item.value(place.item());
    }

    public static boolean has(Place place, long member, int length) {
        if (!place.exists()) {
            return false;
        }
        return switch (form(place)) {
            case INTEGERS ->
                    Decimal.isLong(member, length)
                            && IntSet.find(integers(place), Decimal.parse(member, length)) >= 0;
            case PACKED -> findPacked(place, member, length) != 0;
            case TABLE -> Members.find(Item.root(place.item()), member, length) != 0;
        };
    }

    private static long findPacked(Place place, long member, int length) {
        return Listpack.find(Listpack.first(Packed.pack(place)), member, length, 1);
    }

    private static void read(long member, Element into) {
        into.set(Member.name(member), Member.length(member));
    }

    /** Tells of all members. The set must not be changed meanwhile. */
    public static void each(Place place, Element member, Visitor visitor) {
        if (!place.exists()) {
            return;
        }
        switch (form(place)) {
            case INTEGERS -> {
                for (int i = 0; i < IntSet.count(integers(place)); i++) {
                    member.set(IntSet.get(integers(place), i));
                    visitor.member(member);
                }
            }
            case PACKED -> {
                long at = Listpack.first(Packed.pack(place));
                for (; !Listpack.isEnd(at); at = Listpack.next(at)) {
                    Listpack.read(at, member);
                    visitor.member(member);
                }
            }
            case TABLE -> {
                long cursor = 0;
                do {
                    cursor = scan(place, cursor, member, visitor);
                } while (cursor != 0);
            }
        }
    }

    /** One step of a scan of a table: tells of some members, and answers the next cursor. */
    public static long scan(Place place, long cursor, Element member, Visitor visitor) {
        return Members.scan(
                Item.root(place.item()),
                cursor,
                found -> {
                    read(found, member);
                    visitor.member(member);
                });
    }

    /** Reads the member at an index of a set that is no table. */
    public static void readAt(Place place, int index, Element member) {
        if (form(place) == Form.INTEGERS) {
            member.set(IntSet.get(integers(place), index));
        } else {
            Listpack.read(Listpack.at(Packed.pack(place), index), member);
        }
    }

    /** Reads a member, each with the same chance. There must be one. */
    public static void any(Place place, SplittableRandom random, Element member) {
        if (form(place) == Form.TABLE) {
            read(Members.any(Item.root(place.item()), random), member);
        } else {
            readAt(place, random.nextInt((int) size(place)), member);
        }
    }

    /** Bytes that its members take with their lengths when they are written out, or more. */
    public static long bytes(Place place) {
        if (!place.exists()) {
            return 0;
        }
        return switch (form(place)) {
            case INTEGERS -> size(place) * (Decimal.BYTES_MAX + 1L);
            // A number of one byte is one of three digits, with a length before it.
            case PACKED -> 4L * Item.valueLength(place.item());
            case TABLE -> Root.bytes(Item.root(place.item()));
        };
    }

    /** Bytes of the longest member it has, or more: a bound. */
    public static int longest(Place place) {
        return switch (form(place)) {
            case INTEGERS -> Decimal.BYTES_MAX;
            case PACKED -> Math.max(Decimal.BYTES_MAX, Item.valueLength(place.item()));
            case TABLE -> Root.longest(Item.root(place.item()));
        };
    }

    static String wrong(int encoding, long value, int length) {
        return switch (encoding) {
            case INTEGERS -> {
                String wrong = IntSet.check(value, length);
                yield wrong.isEmpty() && IntSet.count(value) == 0 ? "no members" : wrong;
            }
            case PACKED -> {
                String wrong = Listpack.check(value, length);
                yield wrong.isEmpty() && Listpack.count(value) == 0 ? "no members" : wrong;
            }
            default -> "encoding " + encoding;
        };
    }

    // ---- Changing

    /** Makes a set where none is of integers that lie elsewhere, of which there are some. */
    public static void createIntegers(Place place, long set) {
        int bytes = IntSet.bytes(set);
        Apply.create(place, Item.TYPE_SET, INTEGERS, bytes);
        Memory.copy(set, integers(place), bytes);
    }

    /** Gives it a later form, or makes it in that form if there is none. */
    public static void toForm(Place place, Form wanted) {
        if (!place.exists()) {
            create(place, wanted);
            return;
        }
        if (form(place).compareTo(wanted) >= 0) {
            return;
        }
        if (wanted == Form.TABLE) {
            toTable(place);
        } else {
            toPacked(place);
        }
    }

    private static void create(Place place, Form form) {
        switch (form) {
            case INTEGERS -> {
                Apply.create(place, Item.TYPE_SET, INTEGERS, IntSet.EMPTY_BYTES);
                IntSet.init(integers(place));
            }
            case PACKED -> Packed.create(place, Item.TYPE_SET, PACKED);
            case TABLE ->
                    Apply.createLarge(
                            place, Item.TYPE_SET, Members.make(place.stripe(), Item.TYPE_SET, 0));
        }
    }

    private static void toPacked(Place place) {
        long set = integers(place);
        int count = IntSet.count(set);
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = IntSet.get(set, i);
        }
        Packed.reset(place, PACKED);
        Element element = new Element(place.stripe().lent(0));
        for (long value : values) {
            element.set(value);
            Packed.append(place, element.address(), element.length());
        }
    }

    private static void toTable(Place place) {
        Stripe stripe = place.stripe();
        long root = Members.make(stripe, Item.TYPE_SET, 0);
        each(
                place,
                new Element(stripe.lent(0)),
                member -> addMember(stripe, root, member.address(), member.length()));
        Apply.enlarge(place, root);
    }

    private static void addMember(Stripe stripe, long root, long name, int length) {
        addMember(stripe, root, KeyHash.of(name, length), name, length);
    }

    static void addMember(Stripe stripe, long root, long hash, long name, int length) {
        long member = Root.allocate(stripe, root, (long) Member.headBytes(length) + length);
        Memory.copy(name, Member.writeHead(member, length, stripe.epoch()), length);
        Root.sawLength(root, length);
        Members.insert(stripe, root, hash, member);
    }

    /** Adds a member that its form can hold; false if it is there already. */
    public static boolean add(Place place, long member, int length) {
        return switch (form(place)) {
            case INTEGERS -> addInteger(place, Decimal.parse(member, length));
            case PACKED -> {
                boolean fresh = findPacked(place, member, length) == 0;
                if (fresh) {
                    Packed.append(place, member, length);
                }
                yield fresh;
            }
            case TABLE -> addToTable(place, member, length);
        };
    }

    private static boolean addInteger(Place place, long value) {
        if (IntSet.find(integers(place), value) >= 0) {
            return false;
        }
        place.stripe().beforeChange(place.database(), place.item());
        Apply.resize(place, IntSet.bytesWith(integers(place), value));
        IntSet.add(integers(place), value);
        return true;
    }

    private static boolean addToTable(Place place, long member, int length) {
        long root = Item.root(place.item());
        long hash = KeyHash.of(member, length);
        if (Members.find(root, hash, member, length) != 0) {
            return false;
        }
        place.stripe().beforeChange(place.database(), place.item());
        addMember(place.stripe(), root, hash, member, length);
        return true;
    }

    /** Takes a member out, and the key with the last one; false if it is not there. */
    public static boolean remove(Place place, long member, int length) {
        if (!has(place, member, length)) {
            return false;
        }
        if (size(place) == 1) {
            Members.deleteItem(place);
            return true;
        }
        place.stripe().beforeChange(place.database(), place.item());
        switch (form(place)) {
            case INTEGERS -> {
                long set = integers(place);
                IntSet.remove(set, IntSet.find(set, Decimal.parse(member, length)));
                Apply.resize(place, IntSet.bytes(set));
            }
            case PACKED -> Packed.delete(place, findPacked(place, member, length), 1);
            case TABLE -> {
                long root = Item.root(place.item());
                long hash = KeyHash.of(member, length);
                Members.remove(place, root, hash, Members.find(root, hash, member, length));
            }
        }
        return true;
    }
}
