package dev.millrace.kv.packed;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.resp.Decimal;

/**
 * The bytes of an element of a collection, wherever they stand. Whoever reads an element lends one
 * of these to be filled; it is good until the collection changes or it is filled again.
 *
 * <p>A number that is kept as such is written out in a place beside it. Memory outside the heap
 * does not go with an object: so an element that is made for a moment is lent that place.
 */
public final class Element {
    /** What a number takes that is written out. */
    public static final int DIGITS_BYTES = 24;

    private final long digits;
    private long address;
    private int length;

    /** One that lives as long as the process, or the loop: its place is never given back. */
    public Element() {
        this(new NativeBuffer(DIGITS_BYTES).address());
    }

    /**
     * One that lives for a moment.
     *
     * @param digits the address of {@link #DIGITS_BYTES} that are nobody else's meanwhile
     */
    public Element(long digits) {
        assert Decimal.BYTES_MAX <= DIGITS_BYTES;
        this.digits = digits;
    }

    public void set(long address, int length) {
        this.address = address;
        this.length = length;
    }

    public void set(long value) {
        address = digits;
        length = Decimal.write(address, value);
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
