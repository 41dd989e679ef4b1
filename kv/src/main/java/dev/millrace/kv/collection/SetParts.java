package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Stripe;

/**
 * The members of a large set.
 *
 * <pre>
 * varint length | member
 * </pre>
 */
final class SetParts implements Parts {
    static final Parts INSTANCE = new SetParts();

    private SetParts() {}

    @Override
    public boolean freeSome(Stripe stripe, long root) {
        return Members.freeSome(stripe, root);
    }

    @Override
    public void copy(long root, Place to) {
        createEmpty(to);
        long copy = Item.root(to.item());
        each(
                root,
                member -> {
                    long name = Member.name(member);
                    int length = Member.length(member);
                    SetValue.addMember(to.stripe(), copy, KeyHash.of(name, length), name, length);
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
    }

    @Override
    public long size(long root) {
        return Members.size(root);
    }

    @Override
    public void createEmpty(Place place) {
        SetValue.toForm(place, SetValue.Form.TABLE);
    }

    @Override
    public long load(Place place, long at, long end) {
        StoredPart part = new StoredPart();
        long after = read(part, at, end);
        long name = part.name();
        int length = part.nameLength();
        long root = Item.root(place.item());
        long hash = KeyHash.of(name, length);
        if (Members.find(root, hash, name, length) != 0) {
            throw PartReader.twice();
        }
        SetValue.addMember(place.stripe(), root, hash, name, length);
        return after;
    }

    @Override
    public long read(StoredPart into, long at, long end) {
        PartReader in = new PartReader(at, end);
        int length = in.length();
        into.name(in.skip(length), length);
        return in.at();
    }
}
