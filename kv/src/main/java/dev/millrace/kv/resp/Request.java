package dev.millrace.kv.resp;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.memory.Slabs;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/**
 * The arguments of one command, as places in a buffer of received bytes. Used again and again by
 * its loop; who keeps one must copy it.
 *
 * <p>The places (offset and length, an int each) are outside the heap like the bytes themselves: a
 * request of a hundred million empty arguments is no more than a large request. Who makes one that
 * is filled frees it; a view of places that are somebody else's needs no freeing.
 */
public final class Request {
    private static final int PLACE_BYTES = 8;
    private static final int INITIAL_ARGUMENTS = 16;
    private static final int KEEP_ARGUMENTS = 1024;

    private final @Nullable Slabs slabs;
    private long base;
    private int count;
    private long places;

    /** Arguments that the block at {@link #places} has room for; 0 if it is not ours. */
    private int capacity;

    private long keyHash;
    private boolean hashed;

    /** An empty one that takes its memory from {@code slabs}, whose owner must be its owner. */
    public Request(Slabs slabs) {
        this.slabs = slabs;
    }

    private Request() {
        slabs = null;
    }

    /** One without arguments, which cannot be filled but shown others' places. */
    public static Request view() {
        return new Request();
    }

    void clear() {
        count = 0;
        hashed = false;
        if (capacity > KEEP_ARGUMENTS) {
            free();
        }
    }

    void add(int offset, int length) {
        if (count == capacity) {
            grow();
        }
        long place = places + (long) count * PLACE_BYTES;
        Memory.putInt(place, offset);
        Memory.putInt(place + 4, length);
        count++;
    }

    private void grow() {
        Slabs owner = slabs;
        if (owner == null) {
            throw new IllegalStateException("a view of somebody else's places");
        }
        int wider = Math.max(INITIAL_ARGUMENTS, Math.multiplyExact(capacity, 2));
        long block = owner.allocate((long) wider * PLACE_BYTES);
        if (capacity > 0) {
            Memory.copy(places, block, (long) count * PLACE_BYTES);
            owner.free(places);
        }
        places = block;
        capacity = wider;
    }

    /** Gives its memory back and is empty; it may be filled again. */
    public void free() {
        Slabs owner = slabs;
        if (owner != null && capacity > 0) {
            owner.free(places);
        }
        places = 0;
        capacity = 0;
        count = 0;
    }

    /** Bytes of memory that the places take. */
    public long placesBytes() {
        return (long) capacity * PLACE_BYTES;
    }

    /** Says where the buffer is now; offsets count from there. */
    public void base(long address) {
        base = address;
    }

    /** How many arguments there are, the command's name among them. */
    public int count() {
        return count;
    }

    public long address(int index) {
        assert index < count;
        return base + Memory.getInt(places + (long) index * PLACE_BYTES);
    }

    public int length(int index) {
        assert index < count;
        return Memory.getInt(places + (long) index * PLACE_BYTES + 4);
    }

    public byte[] bytes(int index) {
        return Memory.bytes(address(index), length(index));
    }

    public String text(int index) {
        return new String(bytes(index), StandardCharsets.UTF_8);
    }

    /** True if the argument is this word of ASCII, given in upper case, in any case. */
    public boolean is(int index, String word) {
        int length = length(index);
        if (length != word.length()) {
            return false;
        }
        long at = address(index);
        for (int i = 0; i < length; i++) {
            int c = Memory.getByte(at + i);
            if (c >= 'a' && c <= 'z') {
                c -= 'a' - 'A';
            }
            if (c != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** True if the argument is exactly these bytes. */
    public boolean isBytes(int index, long address, int length) {
        return length(index) == length && Memory.equal(address(index), address, length);
    }

    /** Remembers the hash of the argument at index 1, so that it is computed once. */
    public void keyHash(long hash) {
        keyHash = hash;
        hashed = true;
    }

    /** Whether {@link #keyHash} knows. */
    public boolean isHashed() {
        return hashed;
    }

    public long keyHash() {
        assert hashed;
        return keyHash;
    }

    /** The bytes of all arguments. */
    public long bytes() {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += length(i);
        }
        return sum;
    }

    /** The same arguments without the first ones; good as long as this one is. */
    public Request from(int first) {
        Request rest = view();
        rest.base = base;
        rest.places = places + (long) first * PLACE_BYTES;
        rest.count = count - first;
        return rest;
    }

    /** Appends the places, counted from the first argument's first byte, and then the arguments. */
    public void copyTo(NativeBuffer buffer) {
        int offset = 0;
        for (int i = 0; i < count; i++) {
            buffer.putInt(offset);
            buffer.putInt(length(i));
            offset += length(i);
        }
        for (int i = 0; i < count; i++) {
            buffer.put(address(i), length(i));
        }
    }

    /** Becomes a view of what {@link #copyTo} has put there; returns where it ends. */
    public long show(long copy, int arguments) {
        assert capacity == 0 : "a request that is filled";
        hashed = false;
        places = copy;
        count = arguments;
        base = copy + (long) arguments * PLACE_BYTES;
        return base + bytes();
    }
}
