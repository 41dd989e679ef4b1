package dev.millrace.kernel.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The data directory. Opening it takes {@code DATA/lock}, a lock of the operating system: it goes
 * with the process however that ends, so a stale lock file never needs removing. The file holds the
 * owner's process id for the message that a second process prints.
 */
public final class DataFolder implements Closeable {
    private static final int PID_BYTES_MAX = 20;

    /**
     * What this process owns. Asked first, because POSIX drops a process's locks on a file as soon
     * as the process closes any descriptor of it: a refused second open would free the first.
     */
    private static final Set<Path> OWNED_HERE = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final Path owned;
    private final FileChannel channel;
    private final FileLock lock;

    private DataFolder(Path folder, Path owned, FileChannel channel, FileLock lock) {
        this.folder = folder;
        this.owned = owned;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Makes the directory if need be, and owns it until {@link #close}.
     *
     * @throws DataInUse when another process, or another node in this one, has it
     * @throws IOException when it cannot be made or written
     */
    public static DataFolder open(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path owned = folder.toRealPath();
        if (!OWNED_HERE.add(owned)) {
            throw inUse(folder, Long.toString(ProcessHandle.current().pid()));
        }
        try {
            return lock(folder, owned);
        } catch (IOException | RuntimeException failure) {
            OWNED_HERE.remove(owned);
            throw failure;
        }
    }

    private static DataFolder lock(Path folder, Path owned) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        folder.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw inUse(folder, owner(channel));
            }
            write(channel);
            return new DataFolder(folder, owned, channel, lock);
        } catch (IOException | RuntimeException failure) {
            channel.close();
            throw failure;
        }
    }

    private static DataInUse inUse(Path folder, String pid) {
        return new DataInUse(
                "data directory "
                        + folder
                        + ": in use by process "
                        + pid
                        + " (expected: one process, or another --data)");
    }

    /** The directory itself. */
    public Path path() {
        return folder;
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            if (lock.isValid()) {
                lock.release();
                OWNED_HERE.remove(owned);
            }
        }
    }

    private static void write(FileChannel channel) throws IOException {
        channel.truncate(0);
        byte[] pid =
                Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
        channel.write(ByteBuffer.wrap(pid), 0);
    }

    private static String owner(FileChannel channel) throws IOException {
        ByteBuffer pid = ByteBuffer.allocate(PID_BYTES_MAX);
        channel.read(pid, 0);
        String text = StandardCharsets.US_ASCII.decode(pid.flip()).toString();
        return text.matches("[0-9]+") ? text : "unknown";
    }
}
