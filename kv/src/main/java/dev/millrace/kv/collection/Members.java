package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kv.store.Apply;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Root;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Table;

import java.util.SplittableRandom;

/**
 * The table of members that hangs from the root of a large hash, set or sorted set.
 *
 * <pre>
 * root: ... | table, see {@link Table} | what else the type needs
 * </pre>
 */
final class Members {
    /** What a root needs for it. */
    static final int ROOT_BYTES = Table.ROOT_BYTES;

    private Members() {}

    private static long table(long root) {
        return root + Root.TYPE_AT;
    }

    /** Makes a root with an empty table and so many more bytes. */
    static long make(Stripe stripe, int type, int moreBytes) {
        long root = Root.make(stripe, type, ROOT_BYTES + moreBytes);
        Table.init(table(root));
        return root;
    }

    static long size(long root) {
        return Table.size(table(root));
    }

    /** The member of this name, or 0. */
    static long find(long root, long name, int length) {
        return find(root, KeyHash.of(name, length), name, length);
    }

    static long find(long root, long hash, long name, int length) {
        return Table.find(table(root), hash, name, length, Member.ENTRIES);
    }

    static void insert(Stripe stripe, long root, long hash, long member) {
        Table.insert(table(root), hash, member, stripe.slabs(), Member.ENTRIES);
    }

    static void move(long root, long hash, long from, long to) {
        Table.move(table(root), hash, from, to);
    }

    /** Call before a member of the place's collection changes or goes. */
    static void beforeChange(Place place, long root, long member) {
        Stripe stripe = place.stripe();
        if (!stripe.isWritten(Member.epoch(member))) {
            stripe.beforePartChange(place.database(), root, member);
            Member.epoch(member, stripe.epoch());
        }
    }

    /** Takes a member out and frees it. */
    static void remove(Place place, long root, long hash, long member) {
        beforeChange(place, root, member);
        Stripe stripe = place.stripe();
        Table.remove(table(root), hash, member, stripe.slabs(), Member.ENTRIES);
        Root.free(stripe, root, member);
    }

    /** Takes the key out if nothing is left. */
    static void deleteIfEmpty(Place place, long root) {
        if (size(root) == 0) {
            deleteItem(place);
        }
    }

    /** Takes the key out. */
    static void deleteItem(Place place) {
        Apply.delete(place.stripe(), place.database(), place.hash(), place.item());
        place.item(0);
    }

    /** Tells of all members. */
    static void each(long root, Table.Visitor visitor) {
        long cursor = 0;
        do {
            cursor = scan(root, cursor, visitor);
        } while (cursor != 0);
    }

    static long scan(long root, long cursor, Table.Visitor visitor) {
        return Table.scan(table(root), cursor, visitor);
    }

    /** A member, each with the same chance. */
    static long any(long root, SplittableRandom random) {
        return Table.any(table(root), random);
    }

    /** One step of a checkpoint's walk; the answer is the next cursor, or 0 at the end. */
    static long walk(Stripe stripe, long root, long cursor, Parts.Visitor visitor) {
        return Table.scan(
                table(root),
                cursor,
                member -> {
                    if (!stripe.isWritten(Member.epoch(member))) {
                        Member.epoch(member, stripe.epoch());
                        visitor.part(member);
                    }
                });
    }

    static boolean freeSome(Stripe stripe, long root) {
        return Table.freeSome(table(root), stripe.slabs(), stripe.slabs()::free);
    }

    /** True if there is such an item with members in a table. */
    static boolean isTable(Place place) {
        return place.exists() && Item.isLarge(place.item());
    }
}
