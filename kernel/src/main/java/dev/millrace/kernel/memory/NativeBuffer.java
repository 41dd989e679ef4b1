package dev.millrace.kernel.memory;

import java.nio.charset.StandardCharsets;

/**
 * A growing run of bytes outside the heap, written at its end; one thread at a time.
 *
 * <p>Varints are LEB128, seven bits a byte, least significant first. Growing doubles, unless its
 * end is known and near, and moves the content: an address taken earlier is void after any write.
 */
public final class NativeBuffer {
    private final Slabs slabs;
    private final boolean ownsSlabs;
    private long address;
    private long capacity;
    private long length;
    private final long initialCapacity;

    /** Takes its memory from slabs of its own: for the few buffers that live as long as a loop. */
    public NativeBuffer(long capacity) {
        this(new Slabs(), capacity, true);
    }

    /** Takes its memory from {@code slabs}, whose owner must be this buffer's owner. */
    public NativeBuffer(Slabs slabs, long capacity) {
        this(slabs, capacity, false);
    }

    private NativeBuffer(Slabs slabs, long capacity, boolean ownsSlabs) {
        this.ownsSlabs = ownsSlabs;
        this.slabs = slabs;
        this.initialCapacity = capacity;
        this.address = slabs.allocate(capacity);
        this.capacity = Slabs.usable(address);
    }

    /** Gives the memory back; the buffer must not be used afterwards. */
    public void free() {
        slabs.free(address);
        if (ownsSlabs) {
            slabs.giveAllEmpty();
        }
        address = 0;
        capacity = 0;
    }

    public long address() {
        return address;
    }

    public long length() {
        return length;
    }

    public void clear() {
        length = 0;
    }

    /** Clears, and lets go of what it has grown to beyond its first size. */
    public void shrink() {
        length = 0;
        if (capacity > Slabs.blockBytes(initialCapacity)) {
            slabs.free(address);
            address = slabs.allocate(initialCapacity);
            capacity = Slabs.usable(address);
        }
    }

    public long capacity() {
        return capacity;
    }

    /** Takes back what was written after {@code length}. */
    public void truncate(long length) {
        assert length <= this.length;
        this.length = length;
    }

    /**
     * Makes room for {@code bytes} more and returns where they go; {@link #advance} counts them in.
     */
    public long room(long bytes) {
        if (capacity - length < bytes) {
            growTo(Math.max(capacity * 2, length + bytes));
        }
        return address + length;
    }

    /**
     * Makes room for {@code bytes} more of content that is announced to be {@code whole} bytes long
     * in all. It grows no further than that, and all the way when that is at most two doublings
     * off; who only announces much is given no more than he sends.
     */
    public void roomOf(long bytes, long whole) {
        long least = length + bytes;
        if (least > capacity) {
            long doubled = Math.max(capacity * 2, least);
            boolean isNear = whole >= least && whole <= doubled * 2;
            growTo(isNear ? whole : doubled);
        }
    }

    public void advance(long bytes) {
        length += bytes;
        assert length <= capacity;
    }

    private void growTo(long wanted) {
        long larger = slabs.allocate(wanted);
        Memory.copy(address, larger, length);
        slabs.free(address);
        address = larger;
        capacity = Slabs.usable(larger);
    }

    public void putByte(int value) {
        Memory.putByte(room(1), value);
        length++;
    }

    public void putInt(int value) {
        Memory.putInt(room(4), value);
        length += 4;
    }

    public void putLong(long value) {
        Memory.putLong(room(8), value);
        length += 8;
    }

    public void putVarint(long value) {
        long at = room(10);
        long rest = value;
        int bytes = 1;
        while ((rest & ~0x7fL) != 0) {
            Memory.putByte(at++, (int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
            bytes++;
        }
        Memory.putByte(at, (int) rest);
        length += bytes;
    }

    public void put(long from, long bytes) {
        Memory.copy(from, room(bytes), bytes);
        length += bytes;
    }

    public void put(byte[] from, int offset, int bytes) {
        Memory.copy(from, offset, room(bytes), bytes);
        length += bytes;
    }

    public void put(byte[] from) {
        put(from, 0, from.length);
    }

    public void putUtf8(String text) {
        put(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Drops the first {@code bytes}; the rest moves to the front. */
    public void drop(long bytes) {
        Memory.move(address + bytes, address, length - bytes);
        length -= bytes;
    }

    public byte[] toBytes() {
        return Memory.bytes(address, Math.toIntExact(length));
    }
}
