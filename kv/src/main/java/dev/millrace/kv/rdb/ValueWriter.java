package dev.millrace.kv.rdb;

import dev.millrace.kv.collection.HashValue;
import dev.millrace.kv.collection.ListValue;
import dev.millrace.kv.collection.SetValue;
import dev.millrace.kv.collection.SortedSetValue;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.packed.IntSet;
import dev.millrace.kv.packed.Listpack;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;

/** Writes values as dumps have them. */
final class ValueWriter {
    private final Element first;
    private final Element second;

    /** Elements are lent to it, to be filled. */
    ValueWriter(Element first, Element second) {
        this.first = first;
        this.second = second;
    }

    /** Writes the type's code. */
    static void writeType(Place place, DumpWriter out) {
        out.u8(code(Item.type(place.item()), Item.encoding(place.item())));
    }

    /** The code of a type and an encoding of {@link Item}. */
    static int code(int type, int encoding) {
        boolean large = encoding == Item.ENCODING_LARGE;
        return switch (type) {
            case Item.TYPE_STRING -> DumpType.STRING;
            case Item.TYPE_LIST -> DumpType.LIST_LISTPACKS;
            case Item.TYPE_SET ->
                    encoding == SetValue.INTEGERS ? DumpType.SET_INTEGERS : DumpType.SET;
            case Item.TYPE_SORTED_SET -> large ? DumpType.ZSET_BINARY : DumpType.ZSET_LISTPACK;
            case Item.TYPE_HASH -> large ? DumpType.HASH : DumpType.HASH_LISTPACK;
            case Item.TYPE_STREAM -> DumpType.STREAM;
            default -> throw new AssertionError("type " + type);
        };
    }

    /** Writes the value. */
    void write(Place place, DumpWriter out) {
        long item = place.item();
        int type = Item.type(item);
        if (!Item.isLarge(item)) {
            writeShort(type, Item.encoding(item), Item.value(item), Item.valueLength(item), out);
            return;
        }
        switch (type) {
            case Item.TYPE_LIST -> writeList(place, out);
            case Item.TYPE_SET -> writeSet(place, out);
            case Item.TYPE_SORTED_SET -> writeSortedSet(place, out);
            case Item.TYPE_HASH -> writeHash(place, out);
            case Item.TYPE_STREAM -> new DumpedStream().write(place, out);
            default -> throw new AssertionError("type " + type);
        }
    }

    /** Writes the value of an item that is not large, wherever it stands. */
    void writeShort(int type, int encoding, long value, int length, DumpWriter out) {
        switch (type) {
            case Item.TYPE_STRING -> out.string(value, length);
            case Item.TYPE_LIST -> {
                out.length(1);
                writeNode(value, out);
            }
            case Item.TYPE_SET -> writeShortSet(encoding, value, out);
            case Item.TYPE_SORTED_SET, Item.TYPE_HASH -> writePack(value, out);
            default -> throw new AssertionError("type " + type);
        }
    }

    private void writeShortSet(int encoding, long set, DumpWriter out) {
        if (encoding == SetValue.INTEGERS) {
            out.string(set, IntSet.bytes(set));
            return;
        }
        out.length(Listpack.count(set));
        for (long at = Listpack.first(set); !Listpack.isEnd(at); at = Listpack.next(at)) {
            Listpack.read(at, first);
            out.string(first.address(), first.length());
        }
    }

    private static void writePack(long pack, DumpWriter out) {
        out.string(pack, Listpack.bytes(pack));
    }

    private static void writeNode(long pack, DumpWriter out) {
        out.length(DumpType.NODE_PACKED);
        writePack(pack, out);
    }

    private static void writeList(Place place, DumpWriter out) {
        out.length(ListValue.eachPack(place, pack -> {}));
        ListValue.eachPack(place, pack -> writeNode(pack, out));
    }

    private void writeSet(Place place, DumpWriter out) {
        out.length(SetValue.size(place));
        SetValue.each(place, first, member -> out.string(member.address(), member.length()));
    }

    private void writeSortedSet(Place place, DumpWriter out) {
        long size = SortedSetValue.size(place);
        out.length(size);
        // From the greatest, as Redis does: who loads it then puts each before the last.
        SortedSetValue.each(
                place,
                size - 1,
                size,
                true,
                first,
                (member, score) -> {
                    out.string(member.address(), member.length());
                    out.i64(Double.doubleToRawLongBits(score));
                    return true;
                });
    }

    private void writeHash(Place place, DumpWriter out) {
        out.length(HashValue.size(place));
        HashValue.each(
                place,
                first,
                second,
                (field, value) -> {
                    out.string(field.address(), field.length());
                    out.string(value.address(), value.length());
                });
    }
}
