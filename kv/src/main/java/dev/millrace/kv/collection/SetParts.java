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
final class SetParts extends MemberParts {
    static final Parts INSTANCE = new SetParts();

    private SetParts() {}

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
    public void write(long part, NativeBuffer out) {
        int length = Member.length(part);
        out.putVarint(length);
        out.put(Member.name(part), length);
    }

    @Override
    public void createEmpty(Place place) {
        SetValue.toForm(place, SetValue.Form.TABLE);
    }

    @Override
    void add(Stripe stripe, long root, long hash, StoredPart part) {
        SetValue.addMember(stripe, root, hash, part.name(), part.nameLength());
    }

    @Override
    public long read(StoredPart into, long at, long end) {
        PartReader in = new PartReader(at, end);
        int length = in.length();
        into.name(in.skip(length), length);
        return in.at();
    }
}
