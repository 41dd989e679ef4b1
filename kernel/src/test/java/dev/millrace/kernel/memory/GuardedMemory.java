package dev.millrace.kernel.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Memory that ends where a page begins that nobody may touch. Code that works with raw addresses
 * and goes one byte too far reads something else's bytes everywhere but here, where the process
 * dies of it. For tests.
 */
public final class GuardedMemory {
    private static final long PAGE_BYTES = 4096;
    private static final int PROT_NONE = 0;
    private static final int PROT_READ_WRITE = 1 | 2;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x02 | 0x20;

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
    private static final MethodHandle MPROTECT =
            handle(
                    "mprotect",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_INT));
    private static final MethodHandle MUNMAP =
            handle(
                    "munmap",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));

    private GuardedMemory() {}

    private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }

    /** So many zeros, until the arena is closed. */
    public static MemorySegment allocate(Arena arena, long bytes) {
        long used = (bytes + PAGE_BYTES - 1) & -PAGE_BYTES;
        long start = map(used + PAGE_BYTES);
        protect(start + used);
        return MemorySegment.ofAddress(start + used - bytes)
                .reinterpret(bytes, arena, gone -> unmap(start, used + PAGE_BYTES));
    }

    /** A copy of these bytes. */
    public static MemorySegment copy(Arena arena, byte[] bytes) {
        MemorySegment copy = allocate(arena, bytes.length);
        MemorySegment.copy(bytes, 0, copy, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return copy;
    }

    private static long map(long bytes) {
        try {
            long address =
                    (long)
                            MMAP.invokeExact(
                                    0L, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
            if (address == -1) {
                throw new OutOfMemoryError("mmap of " + bytes);
            }
            return address;
        } catch (Throwable e) {
            throw new AssertionError("mmap", e);
        }
    }

    private static void protect(long page) {
        try {
            int failed = (int) MPROTECT.invokeExact(page, PAGE_BYTES, PROT_NONE);
            assert failed == 0;
        } catch (Throwable e) {
            throw new AssertionError("mprotect", e);
        }
    }

    private static void unmap(long start, long bytes) {
        try {
            int failed = (int) MUNMAP.invokeExact(start, bytes);
            assert failed == 0;
        } catch (Throwable e) {
            throw new AssertionError("munmap", e);
        }
    }
}
