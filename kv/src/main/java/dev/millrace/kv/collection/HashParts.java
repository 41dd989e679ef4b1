package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Stripe;

/**
 * The fields of a large hash.
 *
 * <pre>
 * varint field's length | field | varint value's length | value
 * </pre>
 */
final class HashParts extends MemberParts {
    static final Parts INSTANCE = new HashParts();

    private HashParts() {}

    @Override
    public void copy(long root, Place to) {
        createEmpty(to);
        Stripe stripe = to.stripe();
        long copy = Item.root(to.item());
        Element field = new Element(stripe.lent(0));
        Element value = new Element(stripe.lent(1));
        each(
                root,
                member -> {
                    HashValue.readName(member, field);
                    HashValue.readValue(member, value);
                    HashValue.addMember(stripe, copy, field, value);
                });
    }

    @Override
    public void write(long part, NativeBuffer out) {
        int length = Member.length(part);
        out.putVarint(length);
        out.put(Member.name(part), length);
        long head = Member.payload(part);
        int valueLength = Member.length(head);
        out.putVarint(valueLength);
        out.put(head + Member.headBytes(valueLength), valueLength);
    }

    @Override
    public void createEmpty(Place place) {
        HashValue.toTable(place);
    }

    @Override
    void add(Stripe stripe, long root, long hash, StoredPart part) {
        HashValue.addMember(
                stripe,
                root,
                hash,
                part.name(),
                part.nameLength(),
                part.value(),
                part.valueLength());
    }

    @Override
    public long read(StoredPart into, long at, long end) {
        PartReader in = new PartReader(at, end);
        int length = in.length();
        into.name(in.skip(length), length);
        int valueLength = in.length();
        into.value(in.skip(valueLength), valueLength);
        return in.at();
    }
}
