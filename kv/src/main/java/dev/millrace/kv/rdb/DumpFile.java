package dev.millrace.kv.rdb;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.store.ServerState;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A dump file that is being written, as Redis 7.0 reads it. It is {@code FILE.unfinished} until it
 * is whole and on the disk, and then takes the place of what was there under its name: whatever
 * fails, an older file is left as it was.
 */
final class DumpFile implements AutoCloseable {
    private static final String UNFINISHED = ".unfinished";

    /** So much is gathered before it is written, or a little more. */
    private static final int GATHERED_BYTES = 256 * 1024;

    /**
     * So much is written before it is forced. Left to the end, a gigabyte would go to the disk at
     * once, and the journal's syncs would wait behind it.
     */
    private static final int FORCE_BYTES = 16 << 20;

    private static final long MILLIS_PER_SECOND = 1000;

    private final Path file;
    private final Path unfinished;
    private final FileChannel channel;
    private final NativeBuffer out;
    private final DumpWriter writer;
    private int database = -1;
    private long sum;
    private long written;
    private long unforced;

    private DumpFile(Path file, Path unfinished, FileChannel channel, NativeBuffer out) {
        this.file = file;
        this.unfinished = unfinished;
        this.channel = channel;
        this.out = out;
        this.writer = new DumpWriter(out);
    }

    /**
     * Begins one.
     *
     * @param out empty; where what is to be written is gathered
     */
    static DumpFile create(Path file, NativeBuffer out, long nowMillis) throws IOException {
        Path unfinished = unfinished(file);
        FileChannel channel =
                FileChannel.open(
                        unfinished,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
        DumpFile dump = new DumpFile(file, unfinished, channel, out);
        out.putUtf8("%s%04d".formatted(Opcode.MAGIC, Dumps.VERSION));
        dump.note("redis-ver", "7.0.15");
        dump.note("redis-bits", "64");
        dump.note("ctime", Long.toString(nowMillis / MILLIS_PER_SECOND));
        return dump;
    }

    /** The name of a file that is not whole. */
    static Path unfinished(Path file) {
        return file.resolveSibling(file.getFileName() + UNFINISHED);
    }

    private void note(String name, String text) {
        writer.u8(Opcode.NOTE);
        writer.text(name);
        writer.text(text);
    }

    /** Where types, keys and values are written, but for long strings; see {@link #string}. */
    DumpWriter writer() {
        return writer;
    }

    /** A library of functions; before any database. */
    void library(ServerState.Library library) throws IOException {
        writer.library(library);
        flushSome();
    }

    /** What follows is in this database. */
    void database(int index) {
        if (index != database) {
            database = index;
            writer.u8(Opcode.DATABASE);
            writer.length(index);
        }
    }

    /** How many keys there are in the database, so that who loads it makes room at once. */
    void sizes(long keys, long expiring) {
        writer.u8(Opcode.SIZES);
        writer.length(keys);
        writer.length(expiring);
    }

    /** When the key that follows expires, ms since 1970; 0: never. */
    void expiry(long millis) {
        if (millis != 0) {
            writer.u8(Opcode.EXPIRES_MILLIS);
            writer.i64(millis);
        }
    }

    /** A string, which may be of any length: long ones are not gathered. */
    void string(long address, int length) throws IOException {
        if (length < GATHERED_BYTES) {
            writer.string(address, length);
            flushSome();
            return;
        }
        writer.length(length);
        flush();
        write(address, length);
    }

    /** Bytes of the file so far. */
    long written() {
        return written;
    }

    /** Writes what was gathered, if it is enough. */
    void flushSome() throws IOException {
        if (out.length() >= GATHERED_BYTES) {
            flush();
        }
    }

    private void flush() throws IOException {
        write(out.address(), out.length());
        out.clear();
    }

    private void write(long address, long bytes) throws IOException {
        sum = Crc64.update(sum, address, bytes);
        ByteBuffer left = Memory.buffer(address, bytes);
        while (left.hasRemaining()) {
            channel.write(left);
        }
        written += bytes;
        unforced += bytes;
        if (unforced >= FORCE_BYTES) {
            channel.force(false);
            unforced = 0;
        }
    }

    /** Ends it, and gives it its name. */
    void end() throws IOException {
        writer.u8(Opcode.END);
        flush();
        writer.i64(sum);
        flush();
        channel.force(true);
        Files.move(
                unfinished,
                file,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
                names.force(true);
            }
        }
    }

    /** Deletes it if it was not ended. */
    @Override
    public void close() throws IOException {
        try (channel) {
            out.shrink();
            Files.deleteIfExists(unfinished);
        }
    }
}
