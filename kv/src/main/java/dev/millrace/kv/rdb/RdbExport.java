package dev.millrace.kv.rdb;

import dev.millrace.kernel.data.DataFolder;
import dev.millrace.kernel.journal.FileDisk;
import dev.millrace.kernel.journal.Progress;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.kernel.shard.UnreadRooms;
import dev.millrace.kv.checkpoint.KvMachine;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.store.Database;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.ServerState;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;

/**
 * Writes what a data directory at rest holds to a dump file that Redis 7.0 loads. The file gets its
 * name when it is whole and on the disk.
 */
public final class RdbExport {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final DumpFile dump;
    private final Progress progress;
    private final ValueWriter value = new ValueWriter(new Element(), new Element());
    private long keys;

    private RdbExport(DumpFile dump, Progress progress) {
        this.dump = dump;
        this.progress = progress;
    }

    /**
     * Exports; returns how many keys were written. Expired ones are left out.
     *
     * @throws NoSuchFileException if there is no data directory
     * @throws HalfCopy if it is a follower's that has not yet copied all
     */
    public static long run(Path data, Path file, Clock clock, Progress progress)
            throws IOException {
        if (!Files.exists(data.resolve("journal"))) {
            throw new NoSuchFileException(data + ": no data directory");
        }
        try (DataFolder owned = DataFolder.open(data)) {
            Stripes stripes = new Stripes(1);
            Shard shard =
                    Shard.open(
                            new FileDisk(owned.path().resolve("journal")),
                            new FileDisk(owned.path().resolve("snapshot")),
                            new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 1),
                            List.of(new KvMachine(stripes), new UnreadRooms()),
                            clock,
                            new SecureRandom());
            try {
                HalfCopy.refuse(data, stripes.state());
                return write(stripes, file, clock, progress);
            } finally {
                shard.journal().close();
            }
        }
    }

    private static long write(Stripes stripes, Path file, Clock clock, Progress progress)
            throws IOException {
        try (DumpFile dump =
                DumpFile.create(file, new NativeBuffer(BUFFER_BYTES), clock.millis())) {
            long keys = new RdbExport(dump, progress).write(stripes, clock.millis());
            dump.end();
            return keys;
        }
    }

    private long write(Stripes stripes, long nowMillis) throws IOException {
        for (ServerState.Library library : stripes.state().libraries()) {
            dump.library(library);
        }
        Stripe stripe = stripes.stripe(0);
        for (int index = 0; index < Stripe.DATABASES; index++) {
            Database database = stripe.database(index);
            if (database.items().size() > 0) {
                dump.database(index);
                dump.sizes(database.items().size(), database.expires().size());
                writeDatabase(stripe, database, nowMillis, stripe.slabs().usedBytes());
            }
        }
        return keys;
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
            dump.flushSome();
            progress.at(Math.min(dump.written(), bytes), bytes);
        } while (cursor != 0);
    }

    private void writeItem(
            Place place, Stripe stripe, Database database, long item, long expiresAt) {
        place.set(stripe, database, 0, Item.key(item), Item.keyLength(item), item);
        DumpWriter writer = dump.writer();
        dump.expiry(expiresAt);
        ValueWriter.writeType(place, writer);
        writer.string(place.address(), place.length());
        value.write(place, writer);
        keys++;
    }
}
