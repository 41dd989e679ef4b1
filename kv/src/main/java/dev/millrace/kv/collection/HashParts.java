package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.KeyHash;
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
final class HashParts implements Parts {
    static final Parts INSTANCE = new HashParts();

    private HashParts() {}

    @Override
    public boolean freeSome(Stripe stripe, long root) {
        return Members.freeSome(stripe, root);
    }

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
    public void each(long root, Visitor visitor) {
        Members.each(root, visitor::part);
    }

    @Override
    public long walk(Stripe stripe, long root, long cursor, Visitor visitor) {
        return Members.walk(stripe, root, cursor, visitor);
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
    public long size(long root) {
        return Members.size(root);
    }

    @Override
    public void createEmpty(Place place) {
        HashValue.toTable(place);
    }

    @Override
    public long load(Place place, long at, long end) {
        StoredPart part = new StoredPart();
        long after = read(part, at, end);
        long field = part.name();
        int length = part.nameLength();
        long root = Item.root(place.item());
        long hash = KeyHash.of(field, length);
        if (Members.find(root, hash, field, length) != 0) {
            throw PartReader.twice();
        }
        HashValue.addMember(
                place.stripe(), root, hash, field, length, part.value(), part.valueLength());
        return after;
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
