package dev.millrace.kv.packed;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.resp.Decimal;

/**
 * The bytes of an element of a collection, wherever they stand. Whoever reads an element lends one
 * of these to be filled; it is good until the collection changes or it is filled again.
 *
 * <p>A number that is kept as such is written out in a place of the element's own.
 */
public final class Element {
    private final NativeBuffer digits = new NativeBuffer(Decimal.BYTES_MAX + 4);
    private long address;
    private int length;

    public void set(long address, int length) {
        this.address = address;
        this.length = length;
    }

    public void set(long value) {
        address = digits.address();
        length = Decimal.write(address, value);
    }

    /** Takes a copy of its own, which stays when the collection changes. */
    public void hold() {
        if (address != digits.address()) {
            digits.shrink();
            digits.put(address, length);
            address = digits.address();
        }
    }

    public long address() {
        return address;
    }

    public int length() {
        return length;
    }

    public boolean equals(long other, int otherLength) {
        return length == otherLength && Memory.equal(address, other, length);
    }
}
