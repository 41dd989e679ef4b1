package dev.millrace.kernel.memory;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * What the C library offers about pages of memory: reserve, populate, give back.
 *
 * <p>{@code mmap(2)} with {@code MAP_NORESERVE} takes addresses, not memory: a page costs nothing
 * until it is first touched. That lets the store have one contiguous range for all its values, in
 * which a handle of 40 bits names any of them.
 */
public final class AddressSpace {
    private static final int PROT_READ_WRITE = 1 | 2;
    private static final int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x02 | 0x20 | 0x4000;
    private static final int MADV_DONTNEED = 4;
    private static final int MADV_NOHUGEPAGE = 15;
    private static final int MADV_POPULATE_WRITE = 23;
    private static final long SMALLEST_RESERVATION_BYTES = 1L << 30;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle MMAP =
            handle(
                    "mmap",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_LONG));
    private static final MethodHandle MADVISE =
            handle(
                    "madvise",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_INT));

    private AddressSpace() {}

    private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
    }

    /** A reserved range; {@code bytes} may be less than was asked for. */
    public record Range(long address, long bytes) {}

    /**
     * Reserves zeroed, private addresses, half as many again and again until the system agrees.
     *
     * @throws OutOfMemoryError if not even a gibibyte is to be had
     */
    public static Range reserve(long bytes) {
        for (long size = bytes; size >= SMALLEST_RESERVATION_BYTES; size /= 2) {
            long address = map(size);
            if (address > 0) {
                advise(address, size, MADV_NOHUGEPAGE);
                return new Range(address, size);
            }
        }
        throw new OutOfMemoryError("address space: mmap refused " + SMALLEST_RESERVATION_BYTES);
    }

    private static long map(long bytes) {
        try {
            return (long)
                    MMAP.invokeExact(
                            0L, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0L);
        } catch (Throwable e) {
            throw new AssertionError("mmap", e);
        }
    }

    private static int advise(long address, long bytes, int advice) {
        try {
            return (int) MADVISE.invokeExact(address, bytes, advice);
        } catch (Throwable e) {
            throw new AssertionError("madvise", e);
        }
    }

    /** Gives whole pages back to the system; the next access finds zeros. */
    static void release(long address, long bytes) {
        advise(address, bytes, MADV_DONTNEED);
    }

    /**
     * Faults a mapped file's pages in for writing (Linux 5.14), so that no later store waits for a
     * page fault. Where the kernel does not know how, the pages are faulted one by one later.
     */
    public static void populateForWriting(MemorySegment mapped) {
        advise(mapped.address(), mapped.byteSize(), MADV_POPULATE_WRITE);
    }

    /**
     * Takes some pages of a shared mapping out of this process's page table; they stay in the page
     * cache, dirty if they were, and the next access maps them again.
     */
    public static void unmap(MemorySegment pages) {
        advise(pages.address(), pages.byteSize(), MADV_DONTNEED);
    }
}
