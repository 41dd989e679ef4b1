package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.packed.Listpack;
import dev.millrace.kv.resp.Decimal;
import dev.millrace.kv.resp.DoubleText;
import dev.millrace.kv.resp.Strtod;
import dev.millrace.kv.store.Apply;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Root;
import dev.millrace.kv.store.Stripe;

import java.lang.foreign.Arena;
import java.util.SplittableRandom;

/**
 * A sorted set: members in a listpack in their order, each before its score as text; or members of
 * a table that know their score, and a {@link ScoreTree} of them.
 *
 * <p>What changes it is called by effects only, live and in a replay. Members that are passed lie
 * outside the sorted set. Scores are never NaN.
 */
public final class SortedSetValue {
    /** The item's encoding while it is a listpack. */
    public static final int PACKED = 0;

    private static final double PACKED_INTEGER_MAX = 0x1p62;

    /** Of a member in an effect, besides its name: a length and a score. */
    private static final int NAMED_BYTES = 16;

    private SortedSetValue() {}

    /** Is told a member and its score; false ends it. */
    @FunctionalInterface
    public interface Visitor {
        boolean member(Element member, double score);
    }

    /** Says of members in ascending order, first some times yes and then no. */
    @FunctionalInterface
    public interface Below {
        boolean isBelow(Element member, double score);
    }

    // ---- Reading

    public static boolean isTable(Place place) {
        return Members.isTable(place);
    }

    private static long root(Place place) {
        return Item.root(place.item());
    }

    /** How many members it has; 0 if there is none. */
    public static long size(Place place) {
        if (!place.exists()) {
            return 0;
        }
        return isTable(place) ? Members.size(root(place)) : Listpack.count(Packed.pack(place)) / 2;
    }

    /** A member's score; NaN if there is no such member. */
    public static double score(Place place, long member, int length) {
        if (!place.exists()) {
            return Double.NaN;
        }
        if (isTable(place)) {
            long found = Members.find(root(place), member, length);
            return found == 0 ? Double.NaN : scoreOf(found);
        }
        long at = findPacked(place, member, length);
        return at == 0 ? Double.NaN : packedScore(Listpack.next(at));
    }

    private static long findPacked(Place place, long member, int length) {
        return Listpack.find(Listpack.first(Packed.pack(place)), member, length, 2);
    }

    static double scoreOf(long member) {
        return Double.longBitsToDouble(Memory.getLong(Member.payload(member)));
    }

    /** The score that a listpack's element is. */
    private static double packedScore(long at) {
        if (Listpack.isInteger(at)) {
            return Listpack.integer(at);
        }
        // It was written by us, or checked: never NaN.
        return Strtod.whole(Listpack.string(at), Listpack.length(at));
    }

    /** The score that an element of a foreign listpack is; NaN if it is none. */
    public static double packedScoreOrNaN(long at) {
        return packedScore(at);
    }

    /** How many members come before this one; -1 if it is not there. */
    public static long rank(Place place, long member, int length) {
        if (!place.exists()) {
            return -1;
        }
        if (isTable(place)) {
            long found = Members.find(root(place), member, length);
            return found == 0 ? -1 : ScoreTree.rank(root(place), scoreOf(found), found);
        }
        long rank = 0;
        long at = Listpack.first(Packed.pack(place));
        for (; !Listpack.isEnd(at); at = Listpack.next(Listpack.next(at))) {
            if (Listpack.is(at, member, length)) {
                return rank;
            }
            rank++;
        }
        return -1;
    }

    /** How many members are below a bound: the rank of the first that is not. */
    public static long countBelow(Place place, Element element, Below bound) {
        if (!place.exists()) {
            return 0;
        }
        if (isTable(place)) {
            return ScoreTree.countBelow(
                    root(place),
                    (score, member) -> {
                        read(member, element);
                        return bound.isBelow(element, score);
                    });
        }
        long below = 0;
        long at = Listpack.first(Packed.pack(place));
        while (!Listpack.isEnd(at)) {
            Listpack.read(at, element);
            long score = Listpack.next(at);
            if (!bound.isBelow(element, packedScore(score))) {
                return below;
            }
            below++;
            at = Listpack.next(score);
        }
        return below;
    }

    private static void read(long member, Element into) {
        into.set(Member.name(member), Member.length(member));
    }

    /**
     * Tells of up to {@code most} members from a rank on, upwards or downwards. The sorted set must
     * not be changed meanwhile.
     */
    public static void each(
            Place place, long rank, long most, boolean down, Element element, Visitor visitor) {
        if (rank < 0 || rank >= size(place)) {
            return;
        }
        if (isTable(place)) {
            ScoreTree.each(
                    root(place),
                    rank,
                    most,
                    down,
                    (score, member) -> {
                        read(member, element);
                        return visitor.member(element, score);
                    });
        } else {
            eachPacked(place, (int) rank, most, down, element, visitor);
        }
    }

    private static void eachPacked(
            Place place, int rank, long most, boolean down, Element element, Visitor visitor) {
        long pack = Packed.pack(place);
        long at = Listpack.at(pack, rank * 2);
        for (long told = 0; told < most; told++) {
            long score = Listpack.next(at);
            Listpack.read(at, element);
            if (!visitor.member(element, packedScore(score))) {
                return;
            }
            if (down && at == Listpack.first(pack)) {
                return;
            }
            at = down ? Listpack.previous(Listpack.previous(at)) : Listpack.next(score);
            if (Listpack.isEnd(at)) {
                return;
            }
        }
    }

    /** One step of a scan of a table, in no order: answers the next cursor. */
    public static long scan(Place place, long cursor, Element element, Visitor visitor) {
        return Members.scan(
                root(place),
                cursor,
                member -> {
                    read(member, element);
                    visitor.member(element, scoreOf(member));
                });
    }

    /** Reads a member, each with the same chance, and returns its score. There must be one. */
    public static double any(Place place, SplittableRandom random, Element element) {
        if (isTable(place)) {
            long member = Members.any(root(place), random);
            read(member, element);
            return scoreOf(member);
        }
        int count = Listpack.count(Packed.pack(place)) / 2;
        long at = Listpack.at(Packed.pack(place), random.nextInt(count) * 2);
        Listpack.read(at, element);
        return packedScore(Listpack.next(at));
    }

    /** Whether a listpack from a stranger may be {@link #createPacked}. */
    public static boolean isWhole(long pack, int bytes) {
        return wrong(PACKED, pack, bytes).isEmpty();
    }

    /** Bytes that an effect may take which names all members and their scores: a bound. */
    public static long namedBytes(Place place) {
        if (!place.exists()) {
            return 0;
        }
        long members = size(place);
        return isTable(place)
                ? Root.bytes(root(place)) + members * NAMED_BYTES
                : Item.valueLength(place.item()) + members * (NAMED_BYTES + Decimal.BYTES_MAX);
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
        return count == 0 || count % 2 != 0 ? count + " elements" : wrongOrder(value);
    }

    private static String wrongOrder(long pack) {
        try (Arena arena = Arena.ofConfined()) {
            long digits = arena.allocate(2L * Element.DIGITS_BYTES).address();
            return wrongOrder(
                    pack, new Element(digits), new Element(digits + Element.DIGITS_BYTES));
        }
    }

    private static String wrongOrder(long pack, Element member, Element before) {
        double lastScore = Double.NEGATIVE_INFINITY;
        boolean first = true;
        for (long at = Listpack.first(pack); !Listpack.isEnd(at); ) {
            Listpack.read(at, member);
            long scoreAt = Listpack.next(at);
            double score = packedScore(scoreAt);
            boolean ascends = first || compare(lastScore, before, score, member) < 0;
            if (Double.isNaN(score) || !ascends) {
                return "order";
            }
            first = false;
            lastScore = score;
            Listpack.read(at, before);
            at = Listpack.next(scoreAt);
        }
        return "";
    }

    private static int compare(double score, Element member, double otherScore, Element other) {
        if (score != otherScore) {
            return score < otherScore ? -1 : 1;
        }
        return Memory.compare(member.address(), member.length(), other.address(), other.length());
    }

    // ---- Changing

    /** Makes a sorted set where none is of a listpack that lies elsewhere and {@link #isWhole}. */
    public static void createPacked(Place place, long pack) {
        Packed.create(place, Item.TYPE_SORTED_SET, PACKED, pack);
    }

    /** Makes it a table, if it is none. */
    public static void toTable(Place place) {
        Stripe stripe = place.stripe();
        long root = makeRoot(stripe);
        if (!place.exists()) {
            Apply.createLarge(place, Item.TYPE_SORTED_SET, root);
            return;
        }
        each(
                place,
                0,
                Long.MAX_VALUE,
                false,
                new Element(stripe.lent(0)),
                (member, score) -> {
                    addMember(stripe, root, score, member.address(), member.length());
                    return true;
                });
        Apply.enlarge(place, root);
    }

    static long makeRoot(Stripe stripe) {
        long root = Members.make(stripe, Item.TYPE_SORTED_SET, ScoreTree.ROOT_BYTES);
        ScoreTree.init(root);
        return root;
    }

    private static void addMember(Stripe stripe, long root, double score, long name, int length) {
        addMember(stripe, root, KeyHash.of(name, length), score, name, length);
    }

    static void addMember(
            Stripe stripe, long root, long hash, double score, long name, int length) {
        long member = makeMember(stripe, root, hash, score, name, length);
        ScoreTree.insert(stripe, root, score, member);
    }

    /** Makes a member that is in the table, but not in the tree yet. */
    static long makeMember(
            Stripe stripe, long root, long hash, double score, long name, int length) {
        long bytes = (long) Member.headBytes(length) + length + Double.BYTES;
        long member = Root.allocate(stripe, root, bytes);
        Memory.copy(name, Member.writeHead(member, length, stripe.epoch()), length);
        scoreOf(member, score);
        Root.sawLength(root, length);
        Members.insert(stripe, root, hash, member);
        return member;
    }

    /** Sets a member's score, and makes the sorted set if there is none. */
    public static void put(Place place, double score, long member, int length) {
        if (isTable(place)) {
            putInTable(place, score, member, length);
            return;
        }
        if (!place.exists()) {
            Packed.create(place, Item.TYPE_SORTED_SET, PACKED);
        } else {
            long at = findPacked(place, member, length);
            if (at != 0) {
                Packed.delete(place, at, 2);
            }
        }
        insertPacked(place, score, member, length);
    }

    private static void insertPacked(Place place, double score, long member, int length) {
        long at = Listpack.first(Packed.pack(place));
        while (!Listpack.isEnd(at)) {
            long scoreAt = Listpack.next(at);
            double other = packedScore(scoreAt);
            if (other > score || other == score && Listpack.compare(at, member, length) > 0) {
                break;
            }
            at = Listpack.next(scoreAt);
        }
        insertPacked(place, at, score, member, length);
    }

    private static void insertPacked(Place place, long at, double score, long member, int length) {
        long placed = Packed.insert(place, at, member, length);
        long text = place.stripe().scratch();
        int digits = writeScore(text, score);
        Packed.insert(place, Listpack.next(placed), text, digits);
    }

    /** Whole scores are integers in listpacks, as Redis keeps them. */
    private static int writeScore(long at, double score) {
        long whole = (long) score;
        boolean isInteger = whole == score && Math.abs(score) <= PACKED_INTEGER_MAX;
        return isInteger ? Decimal.write(at, whole) : DoubleText.write(at, score);
    }

    /** What a score is once a listpack has held it: integers know no -0. */
    static double packedAs(double score) {
        return score == 0 ? 0 : score;
    }

    /** Makes a table of a place a listpack. */
    public static void toPacked(Place place) {
        Stripe stripe = place.stripe();
        try (SortedSetDraft draft = SortedSetDraft.of(place, 0, size(place), stripe)) {
            Apply.delete(stripe, place.database(), place.hash(), place.item());
            place.item(0);
            draft.place(place, false);
        }
    }

    /** Adds a member that comes after all others. */
    static void appendPacked(Place place, double score, long member, int length) {
        insertPacked(place, Listpack.end(Packed.pack(place)), score, member, length);
    }

    private static void putInTable(Place place, double score, long name, int length) {
        Stripe stripe = place.stripe();
        stripe.beforeChange(place.database(), place.item());
        long root = root(place);
        long hash = KeyHash.of(name, length);
        long member = Members.find(root, hash, name, length);
        if (member == 0) {
            addMember(stripe, root, hash, score, name, length);
            return;
        }
        Members.beforeChange(place, root, member);
        ScoreTree.change(stripe, root, scoreOf(member), score, member);
        scoreOf(member, score);
    }

    static void scoreOf(long member, double score) {
        Memory.putLong(Member.payload(member), Double.doubleToRawLongBits(score));
    }

    /** Takes a member out, and the key with the last one; false if it is not there. */
    public static boolean remove(Place place, long member, int length) {
        if (!place.exists()) {
            return false;
        }
        if (!isTable(place)) {
            long at = findPacked(place, member, length);
            if (at == 0) {
                return false;
            }
            removePacked(place, at, 1);
            return true;
        }
        long root = root(place);
        long hash = KeyHash.of(member, length);
        long found = Members.find(root, hash, member, length);
        if (found == 0) {
            return false;
        }
        place.stripe().beforeChange(place.database(), place.item());
        removeMember(place, root, hash, found);
        Members.deleteIfEmpty(place, root);
        return true;
    }

    private static void removePacked(Place place, long at, int members) {
        if (Listpack.count(Packed.pack(place)) == 2 * members) {
            Members.deleteItem(place);
        } else {
            Packed.delete(place, at, 2 * members);
        }
    }

    private static void removeMember(Place place, long root, long hash, long member) {
        ScoreTree.remove(place.stripe(), root, scoreOf(member), member);
        Members.remove(place, root, hash, member);
    }

    /** Takes so many members out from a rank on, which are there, and the key with the last one. */
    public static void removeRanks(Place place, long rank, long count) {
        if (!isTable(place)) {
            removePacked(place, Listpack.at(Packed.pack(place), (int) rank * 2), (int) count);
            return;
        }
        long root = root(place);
        place.stripe().beforeChange(place.database(), place.item());
        long[] found = {0};
        for (long left = count; left > 0; left--) {
            ScoreTree.each(
                    root,
                    rank,
                    1,
                    false,
                    (score, member) -> {
                        found[0] = member;
                        return false;
                    });
            long member = found[0];
            long hash = KeyHash.of(Member.name(member), Member.length(member));
            removeMember(place, root, hash, member);
        }
        Members.deleteIfEmpty(place, root);
    }
}
