package dev.millrace.kernel.journal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * How long a file is, by {@code lseek(2)}. {@code fstat(2)}, which is all that a channel has for
 * it, looks at the file's times as well; and of a file whose times somebody looks at, Linux 6.13
 * and later give each change a time of its own (multigrain timestamps). Then every sync writes the
 * inode besides the data: before each msync of 200 bytes an fstat cost 16 µs of CPU and one more
 * request to the disk, on ext4 without a journal.
 */
final class FileEnd implements AutoCloseable {
    private static final int READ_ONLY = 0;
    private static final int SEEK_END = 2;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle OPEN =
            LINKER.downcallHandle(
                    LINKER.defaultLookup().findOrThrow("open"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle SEEK =
            LINKER.downcallHandle(
                    LINKER.defaultLookup().findOrThrow("lseek"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_INT));
    private static final MethodHandle CLOSE =
            LINKER.downcallHandle(
                    LINKER.defaultLookup().findOrThrow("close"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private final Path path;
    private final int descriptor;

    /** Opens an existing file once more. */
    FileEnd(Path path) throws IOException {
        this.path = path;
        try (Arena arena = Arena.ofConfined()) {
            descriptor = (int) OPEN.invokeExact(arena.allocateFrom(path.toString()), READ_ONLY);
        } catch (Throwable impossible) {
            throw new AssertionError("open", impossible);
        }
        if (descriptor < 0) {
            throw new IOException(path + ": cannot be opened");
        }
    }

    /** Bytes up to its end, now. */
    long bytes() throws IOException {
        long end;
        try {
            end = (long) SEEK.invokeExact(descriptor, 0L, SEEK_END);
        } catch (Throwable impossible) {
            throw new AssertionError("lseek", impossible);
        }
        if (end < 0) {
            throw new IOException(path + ": has no end");
        }
        return end;
    }

    @Override
    public void close() {
        try {
            int _ = (int) CLOSE.invokeExact(descriptor);
        } catch (Throwable impossible) {
            throw new AssertionError("close", impossible);
        }
    }
}
