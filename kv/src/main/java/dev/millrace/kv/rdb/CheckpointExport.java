package dev.millrace.kv.rdb;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.shard.StoredCheckpoint;
import dev.millrace.kv.checkpoint.PieceReader;
import dev.millrace.kv.collection.Parts;
import dev.millrace.kv.collection.StoredPart;
import dev.millrace.kv.effect.Replay;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.packed.Listpack;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.ItemForm;
import dev.millrace.kv.store.ServerState;
import dev.millrace.kv.store.Stripe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Writes what a checkpoint holds to a dump file that Redis 7.0 loads, from the checkpoint's file
 * alone: the store, its locks and its loops have no part in it (docs/decisions/online-save.md).
 *
 * <p>The file is read twice. First every piece is looked at: keys are counted, and of large
 * collections, whose pieces stand anywhere, it is noted where they are ({@link LargeIndex}). Then
 * items are written as they come, and the large collections behind them, database by database. So
 * beside the file, which is mapped, it takes some bytes for each run of parts, and the names of one
 * list's nodes at a time, or of one stream's with its groups.
 *
 * <p>One is used again and again, by one thread at a time.
 */
public final class CheckpointExport {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final NativeBuffer out = new NativeBuffer(BUFFER_BYTES);
    private final LargeIndex larges = new LargeIndex();
    private final PieceReader piece = new PieceReader();
    private final List<ServerState.Library> libraries = new ArrayList<>();
    private final StoredPart part = new StoredPart();
    private final StoredStream stream = new StoredStream();
    private final ValueWriter value = new ValueWriter(new Element(), new Element());
    private final long[] keys = new long[Stripe.DATABASES];
    private final long[] expiring = new long[Stripe.DATABASES];

    /**
     * Writes the file, which gets its name when it is whole and on the disk; returns how many keys
     * are in it. Expired ones are left out.
     *
     * @param stored none: nothing was ever written
     * @param nowMillis ms since 1970
     * @throws CorruptJournalException if the checkpoint is not as it was written
     */
    public long run(Optional<StoredCheckpoint> stored, Path file, long nowMillis)
            throws IOException {
        try (DumpFile dump = DumpFile.create(file, out, nowMillis)) {
            long written = 0;
            if (stored.isPresent()) {
                stored.get().read(this::index);
                written = new Writing(dump, nowMillis).all(stored.get());
            }
            dump.end();
            return written;
        } finally {
            larges.clear();
            libraries.clear();
            Arrays.fill(keys, 0);
            Arrays.fill(expiring, 0);
        }
    }

    private void index(int machine, long address, int bytes) {
        if (machine != Replay.machine()) {
            return;
        }
        piece.reset(address, bytes);
        while (piece.next()) {
            switch (piece.kind()) {
                case ITEM -> index(piece.at());
                case ROOT -> {
                    count(piece.database(), piece.expiresAt());
                    larges.root(piece);
                }
                case PARTS -> larges.parts(piece);
            }
        }
    }

    private void index(long item) {
        if (ItemForm.database(item) != Stripe.SYSTEM) {
            count(ItemForm.database(item), ItemForm.expiresAt(item));
            return;
        }
        ServerState.libraryOf(ItemForm.key(item), ItemForm.keyLength(item))
                .ifPresent(
                        name ->
                                libraries.add(
                                        new ServerState.Library(
                                                name,
                                                Memory.bytes(
                                                        ItemForm.value(item),
                                                        ItemForm.valueLength(item)))));
    }

    private void count(int database, long expiresAt) {
        keys[database]++;
        if (expiresAt != 0) {
            expiring[database]++;
        }
    }

    /** One file. */
    private final class Writing {
        private final DumpFile dump;
        private final DumpWriter writer;
        private final long nowMillis;
        private long written;

        /** Parts, or of a list elements, of one collection. */
        private long seen;

        Writing(DumpFile dump, long nowMillis) {
            this.dump = dump;
            this.writer = dump.writer();
            this.nowMillis = nowMillis;
        }

        long all(StoredCheckpoint stored) throws IOException {
            for (ServerState.Library library : libraries) {
                dump.library(library);
            }
            for (int i = 0; i < Stripe.DATABASES; i++) {
                if (keys[i] > 0) {
                    dump.database(i);
                    dump.sizes(keys[i], expiring[i]);
                }
            }
            stored.read(this::items);
            for (int i = 0; i < Stripe.DATABASES; i++) {
                int database = i;
                larges.each(database, large -> large(database, large));
            }
            return written;
        }

        private void items(int machine, long address, int bytes) throws IOException {
            if (machine != Replay.machine()) {
                return;
            }
            piece.reset(address, bytes);
            while (piece.next()) {
                if (piece.kind() == PieceReader.Kind.ITEM
                        && ItemForm.database(piece.at()) != Stripe.SYSTEM) {
                    item(piece.at());
                }
            }
        }

        private boolean begins(int database, long expiresAt, int code) {
            if (expiresAt != 0 && expiresAt <= nowMillis) {
                return false;
            }
            dump.database(database);
            dump.expiry(expiresAt);
            writer.u8(code);
            written++;
            return true;
        }

        private void item(long at) throws IOException {
            int type = ItemForm.type(at);
            int encoding = ItemForm.encoding(at);
            int code = ValueWriter.code(type, encoding);
            if (!begins(ItemForm.database(at), ItemForm.expiresAt(at), code)) {
                return;
            }
            dump.string(ItemForm.key(at), ItemForm.keyLength(at));
            long bytes = ItemForm.value(at);
            int length = ItemForm.valueLength(at);
            if (type == Item.TYPE_STRING) {
                dump.string(bytes, length);
                return;
            }
            value.writeShort(type, encoding, bytes, length, writer);
            dump.flushSome();
        }

        private void large(int database, LargeIndex.Large large) throws IOException {
            int code = ValueWriter.code(large.type(), Item.ENCODING_LARGE);
            if (!begins(database, large.expiresAt(), code)) {
                return;
            }
            dump.string(large.key(), large.keyLength());
            seen = 0;
            if (large.type() == Item.TYPE_LIST) {
                nodes(large);
            } else if (large.type() == Item.TYPE_STREAM) {
                stream.write(large, larges, dump);
                return;
            } else {
                writer.length(large.size());
                eachPart(large, () -> member(large.type()));
            }
            if (seen != large.size()) {
                throw new CorruptJournalException(
                        "kv collection: " + seen + " parts (expected: " + large.size() + ")");
            }
        }

        private void eachPart(LargeIndex.Large large, Visitor visitor) throws IOException {
            Parts parts = Parts.of(large.type());
            larges.eachRun(
                    large,
                    (begin, end) -> {
                        long at = begin;
                        while (at < end) {
                            at = parts.read(part, at, end);
                            visitor.part();
                        }
                    });
        }

        private void member(int type) throws IOException {
            seen++;
            dump.string(part.name(), part.nameLength());
            if (type == Item.TYPE_HASH) {
                dump.string(part.value(), part.valueLength());
            } else if (type == Item.TYPE_SORTED_SET) {
                writer.i64(Double.doubleToRawLongBits(part.score()));
            }
        }

        private void nodes(LargeIndex.Large large) throws IOException {
            NodeOrder nodes = new NodeOrder();
            eachPart(
                    large,
                    () -> {
                        seen += Listpack.count(part.value());
                        nodes.add(part);
                    });
            writer.length(nodes.count());
            nodes.each(
                    (pack, bytes) -> {
                        writer.length(DumpType.NODE_PACKED);
                        dump.string(pack, bytes);
                    });
        }
    }

    /** Is told that {@link #part} was read. */
    @FunctionalInterface
    private interface Visitor {
        void part() throws IOException;
    }
}
