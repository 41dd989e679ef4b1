package dev.millrace.kv.rdb;

import dev.millrace.kernel.data.DataFolder;
import dev.millrace.kernel.journal.FileDisk;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.Progress;
import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.kernel.shard.TargetTaken;
import dev.millrace.kv.checkpoint.KvMachine;
import dev.millrace.kv.collection.Collections;
import dev.millrace.kv.effect.Effects;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.session.Config;
import dev.millrace.kv.store.KeyHash;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes a data directory of a dump file as Redis 7.0 writes it.
 *
 * <p>Each value is read into a store, by which it is checked, and goes to the journal in the form
 * that it has in the file. All is written into {@code DATA/import.unfinished}, and the journal gets
 * its place when the file's end and sum are found to be right: of a bad file nothing is left.
 *
 * <pre>
 * REDIS0010 | { notes, sizes, a database's number } | { expiry, type, key, value } ... | ff | u64 CRC-64
 * </pre>
 */
public final class RdbImport {
    private static final String UNFINISHED = "import.unfinished";
    private static final String JOURNAL = "journal";
    private static final int SEGMENT_BYTES = 64 << 20;
    private static final int SPARES = 2;

    /** Keys of about so many bytes together become one record. */
    private static final int RECORD_BYTES = 256 * 1024;

    private static final long MILLIS_PER_SECOND = 1000;
    private static final int SUM_SINCE_VERSION = 5;

    private final Path file;
    private final Progress progress;
    private final Stripes stripes = new Stripes(1);
    private final Place place = new Place(stripes.stripe(0));
    private final Limits limits = Limits.of(new Config());
    private final DumpedValue value = new DumpedValue(limits);
    private final DumpReader in = new DumpReader();
    private final Element key = new Element();
    private final NativeBuffer keyCopy = new NativeBuffer(256);
    private final RecordWriter record = new RecordWriter();
    private final Effects effects = new Effects(record, stripes);
    private final Journal.Grant grant = new Journal.Grant();
    private int database;
    private long expiresAt;
    private long keys;
    private long expired;

    private RdbImport(Path file, Progress progress) {
        this.file = file;
        this.progress = progress;
    }

    /**
     * What was imported.
     *
     * @param keys how many keys
     * @param expired how many were left out, for their time had come
     */
    public record Imported(long keys, long expired) {}

    /**
     * Imports.
     *
     * @param data a directory that is empty or absent
     * @throws BadFile if the file is not whole, or not known, with the offset; nothing is there
     *     then
     * @throws TargetTaken if there is data already
     */
    public static Imported run(Path file, Path data, Clock clock, Progress progress)
            throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                DataFolder owned = DataFolder.open(data)) {
            if (Files.exists(data.resolve(JOURNAL))) {
                throw new TargetTaken(data + ": there is data (expected: an empty directory)");
            }
            Path unfinished = owned.path().resolve(UNFINISHED);
            deleteAll(unfinished);
            try {
                Imported done = new RdbImport(file, progress).into(unfinished, channel, clock);
                Files.move(
                        unfinished.resolve(JOURNAL),
                        owned.path().resolve(JOURNAL),
                        StandardCopyOption.ATOMIC_MOVE);
                syncDirectory(owned.path());
                return done;
            } finally {
                deleteAll(unfinished);
            }
        }
    }

    private static void syncDirectory(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void deleteAll(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private Imported into(Path folder, FileChannel channel, Clock clock) throws IOException {
        Shard shard =
                Shard.open(
                        new FileDisk(folder.resolve(JOURNAL)),
                        new FileDisk(folder.resolve("snapshot")),
                        new SegmentJournal.Options(SEGMENT_BYTES, SPARES),
                        List.of(new KvMachine(stripes)),
                        clock,
                        new SecureRandom());
        try (Arena arena = Arena.ofConfined()) {
            long bytes = channel.size();
            long address = channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes, arena).address();
            in.read(address, bytes);
            readAll(shard, address, bytes, clock.millis());
            append(shard, clock.millis());
        } catch (BadDump bad) {
            throw new BadFile(file + " at offset " + bad.offset() + ": " + bad.getMessage());
        } finally {
            shard.journal().close();
            in.close();
            keyCopy.free();
        }
        return new Imported(keys, expired);
    }

    // ---- The file

    private void readAll(Shard shard, long address, long bytes, long nowMillis) throws IOException {
        int version = version();
        while (true) {
            int code = in.u8();
            switch (code) {
                case Opcode.END -> {
                    checkSum(version, address);
                    return;
                }
                case Opcode.NOTE -> {
                    in.string(key);
                    in.string(key);
                }
                case Opcode.SIZES -> {
                    in.length();
                    in.length();
                }
                case Opcode.DATABASE -> database = database();
                case Opcode.EXPIRES_MILLIS -> expiresAt = in.i64();
                case Opcode.EXPIRES_SECONDS -> expiresAt = in.i32() * MILLIS_PER_SECOND;
                case Opcode.IDLE -> in.length();
                case Opcode.FREQUENCY -> in.u8();
                case Opcode.FUNCTION, Opcode.FUNCTION_EARLY ->
                        throw in.bad("a library of functions cannot be read");
                case Opcode.MODULE -> throw in.bad("a module's data cannot be read");
                default -> {
                    readKey(code, nowMillis);
                    if (record.length() >= RECORD_BYTES) {
                        append(shard, nowMillis);
                        progress.at(in.offset(), bytes);
                    }
                }
            }
        }
    }

    private int version() {
        if (in.left() < Opcode.MAGIC_BYTES) {
            throw in.bad("no dump of Redis's (expected: REDIS and four digits)");
        }
        byte[] head = Memory.bytes(in.address(), Opcode.MAGIC_BYTES);
        String text = new String(head, StandardCharsets.ISO_8859_1);
        if (!text.matches(Opcode.MAGIC + "[0-9]{4}")) {
            throw in.bad("no dump of Redis's (expected: REDIS and four digits)");
        }
        int version = Integer.parseInt(text.substring(Opcode.MAGIC.length()));
        if (version < 1 || version > Dumps.VERSION) {
            throw in.bad("format version " + version + " (expected: 1 to " + Dumps.VERSION + ")");
        }
        in.skip(Opcode.MAGIC_BYTES);
        return version;
    }

    private int database() {
        long number = in.length();
        if (number >= Stripe.DATABASES) {
            throw in.bad("database " + number + " (expected: < " + Stripe.DATABASES + ")");
        }
        return (int) number;
    }

    /** A sum of 0 says that there is none. */
    private void checkSum(int version, long address) {
        if (version < SUM_SINCE_VERSION) {
            return;
        }
        long covered = in.offset();
        long sum = in.i64();
        if (sum != 0 && sum != Crc64.update(0, address, covered)) {
            throw in.bad("the file's sum is wrong");
        }
    }

    private void readKey(int type, long nowMillis) {
        in.string(key);
        keyCopy.clear();
        keyCopy.put(key.address(), key.length());
        Stripe stripe = stripes.stripe(0);
        long address = keyCopy.address();
        long hash = KeyHash.of(address, key.length());
        int length = key.length();
        long there = stripe.database(database).items().find(hash, address, length);
        if (there != 0) {
            throw in.bad("a key that is there already");
        }
        place.set(stripe, stripe.database(database), hash, address, length, 0);
        long dump = in.address();
        value.read(in, type, place);
        long bytes = in.address() - dump;
        if (expiresAt != 0 && expiresAt <= nowMillis) {
            expired++;
            Collections.delete(place);
        } else {
            effects.restore().wasRead(place, expiresAt, limits, type, dump, (int) bytes);
            keys++;
        }
        expiresAt = 0;
    }

    // ---- The journal

    private void append(Shard shard, long nowMillis) throws IOException {
        if (record.isEmpty()) {
            return;
        }
        Journal journal = shard.journal();
        while (true) {
            switch (journal.admit(grant, record.length())) {
                case ADMITTED -> {
                    journal.append(record, grant, nowMillis);
                    record.clear();
                    effects.appended(0);
                    return;
                }
                case WAIT -> shard.segments().prepareSpace();
                case REFUSED -> throw new IOException(journal.trouble());
            }
        }
    }
}
