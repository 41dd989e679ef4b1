package dev.millrace.kv.rdb;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.packed.Listpack;

/** A listpack that is written element by element: what an older form becomes when it is read. */
final class ListpackDraft {
    private final NativeBuffer pack = new NativeBuffer(256);
    private int count;

    /** Begins an empty one; the one before is gone. */
    void begin() {
        pack.shrink();
        Listpack.init(pack.room(Listpack.EMPTY_BYTES));
        pack.advance(Listpack.first(0));
        count = 0;
    }

    void add(long address, int length) {
        long at = pack.room((long) length + Listpack.STRING_HEAD_BYTES_MAX);
        added(Listpack.put(at, address, length) - at);
    }

    void add(long integer) {
        long at = pack.room(Listpack.INTEGER_BYTES_MAX);
        added(Listpack.putInteger(at, integer) - at);
    }

    private void added(long bytes) {
        pack.advance(bytes);
        count++;
    }

    /** Ends it: the element is where it lies, until the next is begun. */
    void end(Element into) {
        long at = pack.room(1);
        Listpack.ended(pack.address(), at, count);
        into.set(pack.address(), Listpack.bytes(pack.address()));
    }

    /** Lets go of what it has taken. */
    void shrink() {
        pack.shrink();
    }
}
