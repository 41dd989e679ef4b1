package dev.millrace.kv.collection;

import dev.millrace.kv.packed.Element;
import dev.millrace.kv.packed.Listpack;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;

/** Goes through a list from one of its elements on. The list must not be changed meanwhile. */
public final class ListCursor {
    private final boolean back;

    /** 0 in a list that is one listpack. */
    private long node;

    private long pack;
    private long at;

    /** Stands at the element at an index, which there is. */
    public ListCursor(Place place, long index, boolean back) {
        this.back = back;
        if (ListValue.isChain(place)) {
            ListChain.At found = ListChain.at(Item.root(place.item()), index);
            node = found.node();
            pack = ListNode.pack(node);
            at = found.address();
        } else {
            pack = Packed.pack(place);
            at = Listpack.at(pack, (int) index);
        }
    }

    public void read(Element into) {
        Listpack.read(at, into);
    }

    /** True if the element has this value. */
    public boolean is(long value, int length) {
        return Listpack.is(at, value, length);
    }

    /** Moves on; false if it stood at the last, where it stays. */
    public boolean next() {
        boolean ends = back ? at == Listpack.first(pack) : Listpack.isEnd(Listpack.next(at));
        if (!ends) {
            at = back ? Listpack.previous(at) : Listpack.next(at);
            return true;
        }
        long neighbour = node == 0 ? 0 : back ? ListNode.previous(node) : ListNode.next(node);
        if (neighbour == 0) {
            return false;
        }
        node = neighbour;
        pack = ListNode.pack(node);
        at = back ? Listpack.previous(Listpack.end(pack)) : Listpack.first(pack);
        return true;
    }
}
