package dev.millrace.kv.rdb;

import dev.millrace.kv.collection.HashValue;
import dev.millrace.kv.collection.ListValue;
import dev.millrace.kv.collection.SetValue;
import dev.millrace.kv.collection.SortedSetValue;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.packed.IntSet;
import dev.millrace.kv.packed.Listpack;
import dev.millrace.kv.resp.Decimal;
import dev.millrace.kv.session.Config;
import dev.millrace.kv.store.Apply;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;

/**
 * Reads values as dumps have them into places where nothing is; {@link ValueWriter} writes them.
 *
 * <p>Nothing is believed; what is wrong throws {@link BadDump}, and may leave a part of the value
 * at the place. So whoever cannot have that reads it into a store of its own first. One is used for
 * many values: it has memory outside the heap, which does not go with it.
 */
public final class DumpedValue {
    /** A list's listpack is at most so long; a longer one becomes several. */
    private static final int LIST_PACK_BYTES_MAX = 8 * 1024;

    private final Element first = new Element();
    private final Element second = new Element();
    private final DumpReader exactly = new DumpReader();
    private final DumpedStream stream = new DumpedStream();
    private final Ziplist ziplist = new Ziplist();
    private final Zipmap zipmap = new Zipmap();
    private final ListpackDraft draft = new ListpackDraft();
    private Limits limits = Limits.of(new Config());

    /**
     * Gives a place, where nothing is, a value that is dumped in exactly these bytes.
     *
     * @throws BadDump if it is not one; a part of it may be at the place then
     */
    public void read(Place place, Limits upTo, int type, long dump, long bytes) {
        try {
            exactly.read(dump, bytes);
            read(exactly, upTo, type, place);
            if (exactly.left() != 0) {
                throw exactly.bad(exactly.left() + " bytes behind the value");
            }
            if (!place.exists()) {
                throw exactly.bad("no elements");
            }
        } finally {
            exactly.close();
        }
    }

    /**
     * Reads a value of a type of {@link DumpType}. Of a collection without elements, which faults
     * of older servers have left in dumps, nothing is at the place.
     *
     * @param upTo up to what a collection stays packed
     */
    void read(DumpReader in, Limits upTo, int type, Place place) {
        limits = upTo;
        try {
            read(in, type, place);
        } finally {
            draft.shrink();
        }
    }

    private void read(DumpReader in, int type, Place place) {
        switch (type) {
            case DumpType.STRING -> string(in, place);
            case DumpType.LIST -> list(in, place);
            case DumpType.SET -> set(in, place);
            case DumpType.ZSET -> sortedSet(in, place, false);
            case DumpType.HASH -> hash(in, place);
            case DumpType.ZSET_BINARY -> sortedSet(in, place, true);
            case DumpType.HASH_ZIPMAP -> packedHash(in, place, zipmap(in));
            case DumpType.LIST_ZIPLIST -> node(place, ziplist(in), true);
            case DumpType.SET_INTEGERS -> integers(in, place);
            case DumpType.ZSET_ZIPLIST -> packedSortedSet(in, place, ziplist(in));
            case DumpType.HASH_ZIPLIST -> packedHash(in, place, ziplist(in));
            case DumpType.LIST_ZIPLISTS -> ziplists(in, place);
            case DumpType.HASH_LISTPACK -> packedHash(in, place, listpack(in));
            case DumpType.ZSET_LISTPACK -> packedSortedSet(in, place, listpack(in));
            case DumpType.LIST_LISTPACKS -> nodes(in, place);
            case DumpType.STREAM_EARLY -> stream.read(in, place, true);
            case DumpType.STREAM -> stream.read(in, place, false);
            default -> throw in.bad(DumpType.name(type) + " cannot be read");
        }
    }

    private void string(DumpReader in, Place place) {
        in.string(first);
        place.item(
                Apply.putString(
                        place.stripe(),
                        place.database(),
                        place.hash(),
                        0,
                        place.address(),
                        place.length(),
                        first.address(),
                        first.length(),
                        0,
                        Item.ENCODING_PLAIN));
    }

    private void list(DumpReader in, Place place) {
        for (long left = in.countOrNone(1); left > 0; left--) {
            in.string(first);
            push(place, first);
        }
    }

    private static void push(Place place, Element element) {
        long more = Listpack.elementBytes(element.address(), element.length());
        if (Math.max(ListValue.packedBytes(place), Listpack.EMPTY_BYTES) + more
                > LIST_PACK_BYTES_MAX) {
            ListValue.toChain(place);
        }
        ListValue.push(place, false, element.address(), element.length());
    }

    private void nodes(DumpReader in, Place place) {
        long count = in.countOrNone(1);
        for (long left = count; left > 0; left--) {
            long kind = in.length();
            if (kind == DumpType.NODE_PACKED) {
                node(place, listpack(in), count == 1);
            } else if (kind == DumpType.NODE_PLAIN) {
                in.string(first);
                if (first.length() == 0) {
                    throw in.bad("a list's node of no bytes");
                }
                push(place, first);
            } else {
                throw in.bad("a list's node of kind " + kind);
            }
        }
    }

    private void ziplists(DumpReader in, Place place) {
        long count = in.countOrNone(1);
        for (long left = count; left > 0; left--) {
            node(place, ziplist(in), count == 1);
        }
    }

    private void node(Place place, long pack, boolean isOnly) {
        int elements = Listpack.count(pack);
        if (isOnly && elements > 0 && Listpack.bytes(pack) <= LIST_PACK_BYTES_MAX) {
            ListValue.createPacked(place, pack);
            return;
        }
        for (long at = Listpack.first(pack); !Listpack.isEnd(at); at = Listpack.next(at)) {
            Listpack.read(at, second);
            push(place, second);
        }
    }

    // ---- What is packed: the first element becomes a listpack that was found to be whole

    private long listpack(DumpReader in) {
        in.string(first);
        String wrong = Listpack.check(first.address(), first.length());
        if (!wrong.isEmpty()) {
            throw in.bad("a listpack: " + wrong);
        }
        return first.address();
    }

    private long ziplist(DumpReader in) {
        in.string(first);
        try {
            ziplist.read(first.address(), first.length(), draft);
        } catch (BadDump bad) {
            throw in.bad("a ziplist, at its offset " + bad.offset() + ": " + bad.getMessage());
        }
        draft.end(first);
        return first.address();
    }

    private long zipmap(DumpReader in) {
        in.string(first);
        try {
            zipmap.read(first.address(), first.length(), draft);
        } catch (BadDump bad) {
            throw in.bad("a zipmap, at its offset " + bad.offset() + ": " + bad.getMessage());
        }
        draft.end(first);
        return first.address();
    }

    private void set(DumpReader in, Place place) {
        long count = in.countOrNone(1);
        SetValue.Form form =
                count <= limits.integers() ? SetValue.Form.INTEGERS : SetValue.formOf(count, 0);
        for (long left = count; left > 0; left--) {
            in.string(first);
            boolean integer = Decimal.isLong(first.address(), first.length());
            boolean fits = form == SetValue.Form.INTEGERS && integer;
            if (!fits && form != SetValue.Form.TABLE) {
                form = SetValue.formOf(count, first.length());
            }
            SetValue.toForm(place, form);
            if (!SetValue.add(place, first.address(), first.length())) {
                throw in.bad("a member that is there already");
            }
        }
    }

    private void integers(DumpReader in, Place place) {
        in.string(first);
        long set = first.address();
        String wrong = IntSet.check(set, first.length());
        if (wrong.isEmpty() && IntSet.count(set) == 0) {
            wrong = "none";
        }
        if (!wrong.isEmpty()) {
            throw in.bad("a set of integers: " + wrong);
        }
        if (IntSet.count(set) <= limits.integers()) {
            SetValue.createIntegers(place, set);
            return;
        }
        SetValue.toForm(place, SetValue.Form.TABLE);
        for (int i = 0; i < IntSet.count(set); i++) {
            second.set(IntSet.get(set, i));
            SetValue.add(place, second.address(), second.length());
        }
    }

    private void hash(DumpReader in, Place place) {
        long count = in.countOrNone(1);
        for (long left = count; left > 0; left--) {
            in.string(first);
            in.otherString(second);
            putField(in, place, count);
        }
    }

    private void putField(DumpReader in, Place place, long count) {
        boolean fits =
                count <= limits.hashEntries()
                        && Math.max(first.length(), second.length()) <= limits.hashBytes();
        if (!fits && !HashValue.isTable(place)) {
            HashValue.toTable(place);
        }
        if (!HashValue.put(
                place, first.address(), first.length(), second.address(), second.length())) {
            throw in.bad("a field that is there already");
        }
    }

    private void packedHash(DumpReader in, Place place, long pack) {
        int elements = Listpack.count(pack);
        if (elements % 2 != 0) {
            throw in.bad("a hash's listpack of " + elements + " elements");
        }
        int longest = 0;
        for (long at = Listpack.first(pack); !Listpack.isEnd(at); at = Listpack.next(at)) {
            longest = Math.max(longest, Listpack.length(at));
        }
        boolean fits = elements / 2 <= limits.hashEntries() && longest <= limits.hashBytes();
        if (fits && elements > 0 && Distinct.are(pack, 2, second)) {
            HashValue.createPacked(place, pack);
            return;
        }
        for (long at = Listpack.first(pack); !Listpack.isEnd(at); ) {
            Listpack.read(at, first);
            at = Listpack.next(at);
            Listpack.read(at, second);
            at = Listpack.next(at);
            putField(in, place, elements / 2);
        }
    }

    private void sortedSet(DumpReader in, Place place, boolean binary) {
        long count = in.countOrNone(1);
        boolean fits = count <= limits.sortedEntries();
        for (long left = count; left > 0; left--) {
            in.string(first);
            double score = binary ? Double.longBitsToDouble(in.i64()) : in.textDouble();
            fits &= first.length() <= limits.sortedBytes();
            // A listpack knows no -0, and whether it will be one is known at the end only.
            putScore(in, place, score, fits && !isNegativeZero(score));
        }
        if (fits && SortedSetValue.isTable(place)) {
            SortedSetValue.toPacked(place);
        }
    }

    private static boolean isNegativeZero(double score) {
        return score == 0 && Double.doubleToRawLongBits(score) != 0;
    }

    /** Puts the first string in as a member: into a table from now on if it does not fit. */
    private void putScore(DumpReader in, Place place, double score, boolean fits) {
        if (Double.isNaN(score)) {
            throw in.bad("a score that is no number");
        }
        if (!fits && !SortedSetValue.isTable(place)) {
            SortedSetValue.toTable(place);
        }
        double before = SortedSetValue.score(place, first.address(), first.length());
        if (!Double.isNaN(before)) {
            throw in.bad("a member that is there already");
        }
        SortedSetValue.put(place, score, first.address(), first.length());
    }

    private void packedSortedSet(DumpReader in, Place place, long pack) {
        int elements = Listpack.count(pack);
        if (elements % 2 != 0) {
            throw in.bad("a sorted set's listpack of " + elements + " elements");
        }
        int longest = 0;
        for (long at = Listpack.first(pack);
                !Listpack.isEnd(at);
                at = Listpack.next(Listpack.next(at))) {
            longest = Math.max(longest, Listpack.length(at));
        }
        boolean fits = elements / 2 <= limits.sortedEntries() && longest <= limits.sortedBytes();
        if (fits
                && elements > 0
                && SortedSetValue.isWhole(pack, Listpack.bytes(pack))
                && Distinct.are(pack, 2, second)) {
            SortedSetValue.createPacked(place, pack);
            return;
        }
        for (long at = Listpack.first(pack); !Listpack.isEnd(at); ) {
            Listpack.read(at, first);
            at = Listpack.next(at);
            double score = SortedSetValue.packedScoreOrNaN(at);
            at = Listpack.next(at);
            putScore(in, place, score, fits);
        }
    }
}
