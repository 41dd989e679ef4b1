package dev.millrace.kv.checkpoint;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.Parts;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Root;

/**
 * A large collection as it stands in a checkpoint: its root once, and its parts in any number of
 * runs, in any order, before the root or after it. The first byte tells them from plain items.
 *
 * <pre>
 * root:  u8 database | 64  | u8 type | u32 key bytes | key | i64 expiry, 0 for never | u64 size
 * parts: u8 database | 128 | u8 type | u32 key bytes | key | u32 bytes of parts | part...
 * </pre>
 */
final class LargeForm {
    static final int ROOT = 64;
    static final int PARTS = 128;
    static final int MARKS = ROOT | PARTS;

    private LargeForm() {}

    /** Writes all of a large item but its parts. Its name has not changed since the cut. */
    static void writeRoot(NativeBuffer out, int database, long item) {
        long root = Item.root(item);
        writeName(out, database | ROOT, root);
        out.putLong(Item.expiresAt(item));
        out.putLong(Parts.of(Root.type(root)).size(root));
    }

    private static void writeName(NativeBuffer out, int mark, long root) {
        out.putByte(mark);
        out.putByte(Root.type(root));
        int length = Root.cutKeyLength(root);
        out.putInt(length);
        out.put(Root.cutKey(root), length);
    }

    /** Begins a run of parts; returns what {@link #end} needs to know. */
    static long begin(NativeBuffer out, int database, long root) {
        writeName(out, database | PARTS, root);
        out.putInt(0);
        return out.length();
    }

    /** Ends a run that began there. */
    static void end(NativeBuffer out, long begun) {
        int bytes = Math.toIntExact(out.length() - begun);
        Memory.putInt(out.address() + begun - Integer.BYTES, bytes);
    }
}
