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
    /** More than any one step of a command asks for together. */
    private static final int PASSING = 16;

    /** A thread's own, for an element that is made for good has memory that nobody gives back. */
    private static final ThreadLocal<Ring> RING = ThreadLocal.withInitial(Ring::new);

    private static final class Ring {
        private final Element[] elements = new Element[PASSING];
        private int next;

        Ring() {
            for (int i = 0; i < PASSING; i++) {
                elements[i] = new Element();
            }
        }

        Element next() {
            return elements[next++ & PASSING - 1];
        }
    }

    private final NativeBuffer digits = new NativeBuffer(Decimal.BYTES_MAX + 4);
    private long address;
    private int length;

    /** One for a step of a command: until the thread has asked for {@value #PASSING} more. */
    public static Element passing() {
        return RING.get().next();
    }

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
