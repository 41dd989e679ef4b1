package dev.millrace.kv.resp;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The arguments of one command, as places in a buffer of received bytes. Used again and again by
 * its loop; who keeps one must copy it.
 */
public final class Request {
    private static final int INITIAL_ARGUMENTS = 16;
    private static final int KEEP_ARGUMENTS = 1024;

    private long base;
    private int count;
    private int[] offsets = new int[INITIAL_ARGUMENTS];
    private int[] lengths = new int[INITIAL_ARGUMENTS];
    private long keyHash;
    private boolean hashed;

    void clear() {
        count = 0;
        hashed = false;
        if (offsets.length > KEEP_ARGUMENTS) {
            offsets = new int[INITIAL_ARGUMENTS];
            lengths = new int[INITIAL_ARGUMENTS];
        }
    }

    void add(int offset, int length) {
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, count * 2);
            lengths = Arrays.copyOf(lengths, count * 2);
        }
        offsets[count] = offset;
        lengths[count] = length;
        count++;
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
        return base + offsets[index];
    }

    public int length(int index) {
        assert index < count;
        return lengths[index];
    }

    public byte[] bytes(int index) {
        return Memory.bytes(address(index), length(index));
    }

    public String text(int index) {
        return new String(bytes(index), StandardCharsets.UTF_8);
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
            sum += lengths[i];
        }
        return sum;
    }

    /** The same arguments without the first ones; good as long as this one is. */
    public Request from(int first) {
        Request rest = new Request();
        rest.base = base;
        for (int i = first; i < count; i++) {
            rest.add(offsets[i], lengths[i]);
        }
        return rest;
    }

    /** A copy whose arguments are appended to {@code buffer}; its base is to be set before use. */
    public Request copyTo(NativeBuffer buffer) {
        Request copy = new Request();
        for (int i = 0; i < count; i++) {
            int at = Math.toIntExact(buffer.length());
            buffer.put(address(i), lengths[i]);
            copy.add(at, lengths[i]);
        }
        return copy;
    }
}
