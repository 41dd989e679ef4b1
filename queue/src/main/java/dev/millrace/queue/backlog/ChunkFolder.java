package dev.millrace.queue.backlog;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** A real directory. A file is open only while it is used: there may be very many. */
public final class ChunkFolder implements ChunkDisk {
    private final Path folder;

    public ChunkFolder(Path folder) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder);
    }

    private FileChannel open(String file, OpenOption... options) throws IOException {
        return FileChannel.open(folder.resolve(file), options);
    }

    @Override
    public void write(String file, long position, ByteBuffer bytes) throws IOException {
        try (FileChannel channel =
                open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            long at = position;
            while (bytes.hasRemaining()) {
                at += channel.write(bytes, at);
            }
        }
    }

    @Override
    public void read(String file, long position, ByteBuffer bytes) throws IOException {
        try (FileChannel channel = open(file, StandardOpenOption.READ)) {
            long at = position;
            while (bytes.hasRemaining()) {
                int count = channel.read(bytes, at);
                if (count < 0) {
                    throw new EOFException(
                            folder.resolve(file) + ": ends at " + at + ", a chunk goes on there");
                }
                at += count;
            }
        }
    }

    @Override
    public void force(String file) throws IOException {
        try (FileChannel channel = open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        } catch (NoSuchFileException gone) {
            return;
        }
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    @Override
    public void delete(String file) throws IOException {
        Files.deleteIfExists(folder.resolve(file));
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
