package dev.millrace.kv.rdb;

import dev.millrace.kernel.data.DataFolder;
import dev.millrace.kernel.journal.FileDisk;
import dev.millrace.kernel.journal.Progress;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.kv.checkpoint.KvMachine;
import dev.millrace.kv.session.Config;
import dev.millrace.kv.store.Database;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;

/**
 * Writes what a data directory at rest holds to a dump file that Redis 7.0 loads. The file gets its
 * name when it is whole and on the disk.
 */
public final class RdbExport {
    private static final int FLUSH_BYTES = 1 << 20;

    private final FileChannel channel;
    private final Progress progress;
    private final NativeBuffer out = new NativeBuffer(FLUSH_BYTES);
    private final DumpWriter writer = new DumpWriter(out);
    private final DumpedValue value = new DumpedValue(Limits.of(new Config()));
    private long sum;
    private long written;
    private long keys;

    private RdbExport(FileChannel channel, Progress progress) {
        this.channel = channel;
        this.progress = progress;
    }

    /**
     * Exports; returns how many keys were written. Expired ones are left out.
     *
     * @throws NoSuchFileException if there is no data directory
     */
    public static long run(Path data, Path file, Clock clock, Progress progress)
            throws IOException {
        if (!Files.exists(data.resolve("journal"))) {
            throw new NoSuchFileException(data + ": no data directory");
        }
        Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
        try (DataFolder owned = DataFolder.open(data)) {
            Stripes stripes = new Stripes(1);
            Shard shard =
                    Shard.open(
                            new FileDisk(owned.path().resolve("journal")),
                            new FileDisk(owned.path().resolve("snapshot")),
                            new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 1),
                            List.of(new KvMachine(stripes)),
                            clock,
                            new SecureRandom());
            try (FileChannel channel =
                    FileChannel.open(
                            unfinished,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE)) {
                long keys = new RdbExport(channel, progress).write(stripes, clock.millis());
                Files.move(
                        unfinished,
                        file,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
                return keys;
            } finally {
                shard.journal().close();
                Files.deleteIfExists(unfinished);
            }
        }
    }

    private long write(Stripes stripes, long nowMillis) throws IOException {
        out.putUtf8("%s%04d".formatted(Opcode.MAGIC, Dumps.VERSION));
        note("redis-ver", "7.0.15");
        note("redis-bits", "64");
        note("ctime", Long.toString(nowMillis / 1000));
        Stripe stripe = stripes.stripe(0);
        for (int index = 0; index < Stripe.DATABASES; index++) {
            Database database = stripe.database(index);
            if (database.items().size() > 0) {
                writer.u8(Opcode.DATABASE);
                writer.length(index);
                writer.u8(Opcode.SIZES);
                writer.length(database.items().size());
                writer.length(database.expires().size());
                writeDatabase(stripe, database, nowMillis, stripe.slabs().usedBytes());
            }
        }
        writer.u8(Opcode.END);
        flush();
        writer.i64(sum);
        flush();
        channel.force(true);
        out.free();
        return keys;
    }

    private void note(String name, String text) {
        writer.u8(Opcode.NOTE);
        writer.text(name);
        writer.text(text);
    }

    private void writeDatabase(Stripe stripe, Database database, long nowMillis, long bytes)
            throws IOException {
        Place place = new Place(stripe);
        long cursor = 0;
        do {
            cursor =
                    database.items()
                            .scan(
                                    cursor,
                                    item -> {
                                        long expiresAt = Item.expiresAt(item);
                                        if (expiresAt == 0 || expiresAt > nowMillis) {
                                            writeItem(place, stripe, database, item, expiresAt);
                                        }
                                    });
            if (out.length() >= FLUSH_BYTES) {
                flush();
                progress.at(Math.min(written, bytes), bytes);
            }
        } while (cursor != 0);
    }

    private void writeItem(
            Place place, Stripe stripe, Database database, long item, long expiresAt) {
        place.set(stripe, database, 0, Item.key(item), Item.keyLength(item), item);
        if (expiresAt != 0) {
            writer.u8(Opcode.EXPIRES_MILLIS);
            writer.i64(expiresAt);
        }
        DumpedValue.writeType(place, writer);
        writer.string(place.address(), place.length());
        value.write(place, writer);
        keys++;
    }

    private void flush() throws IOException {
        sum = Crc64.update(sum, out.address(), out.length());
        ByteBuffer bytes = Memory.buffer(out.address(), out.length());
        while (bytes.hasRemaining()) {
            written += channel.write(bytes);
        }
        out.shrink();
    }
}
