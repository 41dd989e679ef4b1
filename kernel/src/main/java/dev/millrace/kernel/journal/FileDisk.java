package dev.millrace.kernel.journal;

import dev.millrace.kernel.memory.AddressSpace;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A real directory. */
public final class FileDisk implements Disk {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    /**
     * How much is written at once when a file is made, which decides how large the pages are that
     * the page cache keeps it in (folios): a store to one of them makes all of it dirty, and a sync
     * then writes all of it. Pieces of a megabyte made each sync write a megabyte; still smaller
     * ones than these cost more to make than they save (docs/decisions/mapped-journal.md).
     */
    private static final int PIECE_BYTES = 16 << 10;

    private final Path directory;

    public FileDisk(Path directory) throws IOException {
        this.directory = directory;
        Files.createDirectories(directory);
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** Zeros are written, not only promised: a page of an unwritten extent costs more to sync. */
    @Override
    public File create(String name, long bytes, ByteBuffer front) throws IOException {
        Path path = directory.resolve(name);
        FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            long at = 0;
            while (front.hasRemaining()) {
                at += channel.write(front, at);
            }
            ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE_BYTES);
            while (at < bytes) {
                long piece = Math.min(bytes, (at / PIECE_BYTES + 1) * PIECE_BYTES) - at;
                zeros.position(0).limit((int) piece);
                at += channel.write(zeros, at);
            }
            channel.force(true);
            syncDirectory();
            return new MappedFile(path, channel, MapMode.READ_WRITE);
        } catch (IOException e) {
            channel.close();
            Files.deleteIfExists(path);
            throw explained(e, path + ": no room for " + bytes + " bytes");
        }
    }

    /** A full disk is told apart by the message: the JDK gives no code. */
    private static IOException explained(IOException e, String full) {
        String reason = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        boolean noRoom = reason.contains("no space left") || reason.contains("quota exceeded");
        return noRoom ? new DiskFullException(full) : e;
    }

    @Override
    public Output write(String name) throws IOException {
        Path path = directory.resolve(name);
        return new ChannelOutput(
                path,
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE);
        syncDirectory();
    }

    private record ChannelOutput(Path path, FileChannel channel) implements Output {
        @Override
        public void write(ByteBuffer bytes) throws IOException {
            try {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            } catch (IOException e) {
                throw explained(e, path + ": no room");
            }
        }

        @Override
        public void force() throws IOException {
            channel.force(true);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    @Override
    public File open(String name) throws IOException {
        Path path = directory.resolve(name);
        return new MappedFile(
                path,
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE),
                MapMode.READ_WRITE);
    }

    @Override
    public File read(String name) throws IOException {
        Path path = directory.resolve(name);
        return new MappedFile(
                path, FileChannel.open(path, StandardOpenOption.READ), MapMode.READ_ONLY);
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(directory.resolve(name));
    }

    @Override
    public long freeBytes() throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    @Override
    public String bootId() {
        try {
            return Files.readString(BOOT_ID).strip();
        } catch (IOException e) {
            return ""; // Not Linux: recovery then assumes the worst, a power cut.
        }
    }

    private void syncDirectory() throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public String toString() {
        return directory.toString();
    }

    private static final class MappedFile implements File {
        /** A multiple of the pages of every system. */
        private static final long UNMAP_BYTES = 64 << 10;

        private final Path path;
        private final FileChannel channel;
        private final MapMode mode;
        private final Arena arena = Arena.ofShared();
        private MemorySegment mapped = MemorySegment.NULL;
        private boolean closed;
        private @Nullable FileEnd end;

        MappedFile(Path path, FileChannel channel, MapMode mode) {
            this.path = path;
            this.channel = channel;
            this.mode = mode;
        }

        @Override
        public long bytes() throws IOException {
            FileEnd open = end;
            if (open == null) {
                open = new FileEnd(path);
                end = open;
            }
            return open.bytes();
        }

        @Override
        public MemorySegment map() throws IOException {
            mapped = channel.map(mode, 0, channel.size(), arena);
            return mapped;
        }

        @Override
        public synchronized void populate() {
            if (!closed) {
                AddressSpace.populateForWriting(mapped);
            }
        }

        @Override
        public void rewrite(long bytes) throws IOException {
            ByteBuffer front = channel.map(MapMode.READ_ONLY, 0, bytes, arena).asByteBuffer();
            while (front.hasRemaining()) {
                channel.write(front, front.position());
            }
        }

        /**
         * {@code msync(2)} of these pages; fdatasync would write all that are dirty. Many pages are
         * taken out of the mapping first, all at once: else the kernel takes the right to write
         * from each by itself when it writes it, and interrupts the other processors for each.
         */
        @Override
        public void force(long from, long to) throws IOException {
            long first = from & -UNMAP_BYTES;
            long last = to & -UNMAP_BYTES;
            if (last - first > UNMAP_BYTES) {
                AddressSpace.unmap(mapped.asSlice(first, last - first));
            }
            try {
                mapped.asSlice(from, to - from).force();
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }

        @Override
        public void truncate(long bytes) throws IOException {
            channel.truncate(bytes);
            channel.force(true);
        }

        @Override
        public synchronized void close() throws IOException {
            closed = true;
            FileEnd open = end;
            if (open != null) {
                end = null;
                open.close();
            }
            arena.close();
            channel.close();
        }
    }
}
