package dev.millrace.kv.rdb;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.Progress;
import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.kv.effect.Effects;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.session.Config;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.ServerState;

import java.io.IOException;

/**
 * Reads a whole dump, in memory, onto a journal. A value goes to the journal in the form that it
 * has in the dump, once {@link DumpKeys} has found it to be whole.
 *
 * <p>Where it ends with a {@link BadDump}, the journal has a part of it: whoever reads strangers'
 * files reads them onto one of their own first.
 */
public final class DumpLoad {
    /** Keys of about so many bytes together become one record. */
    private static final int RECORD_BYTES = 256 * 1024;

    private final Progress progress;
    private final Space space;
    private final Limits limits = Limits.of(new Config());
    private final DumpKeys dumped = new DumpKeys(limits);
    private final DumpReader in = new DumpReader();
    private final KeysSeen seen = new KeysSeen();
    private final Element key = new Element();
    private final NativeBuffer keyCopy = new NativeBuffer(256);
    private final RecordWriter record = new RecordWriter();
    private final Effects effects = new Effects(record, dumped.apart());
    private final Journal.Grant grant = new Journal.Grant();
    private long keys;
    private long expired;
    private long empty;

    /** Returns when the journal may have room, or will never have. */
    @FunctionalInterface
    interface Space {
        void await(Shard shard);
    }

    /** Makes one. */
    public DumpLoad(Progress progress) {
        this(progress, shard -> shard.segments().prepareSpace());
    }

    /**
     * Makes one.
     *
     * @param space where the journal has no room for the next record
     */
    DumpLoad(Progress progress, Space space) {
        this.progress = progress;
        this.space = space;
    }

    /**
     * What was loaded.
     *
     * @param keys how many keys
     * @param expired how many were left out, for their time had come
     * @param empty how many were left out, for they are collections without elements
     */
    public record Loaded(long keys, long expired, long empty) {}

    /**
     * Loads the dump that is exactly these bytes.
     *
     * @param shard whose journal is empty
     * @throws BadDump if it is not whole, or has what is not known here
     * @throws IOException if the journal does not take it
     */
    public Loaded read(Shard shard, long address, long bytes, long nowMillis) throws IOException {
        keys = 0;
        expired = 0;
        empty = 0;
        record.clear();
        seen.clear();
        in.read(address, bytes);
        if (bytes > KeysSeen.DUMP_BYTES_MAX) {
            throw in.bad(bytes + " bytes (expected: <= " + KeysSeen.DUMP_BYTES_MAX + ")");
        }
        try {
            dumped.read(address, bytes, new ToJournal(shard, bytes, nowMillis));
            checkKeys(address, bytes);
            append(shard, nowMillis);
            return new Loaded(keys, expired, empty);
        } finally {
            in.close();
        }
    }

    /** What is read goes to the journal. */
    private final class ToJournal implements DumpKeys.Sink {
        private final Shard shard;
        private final long bytes;
        private final long nowMillis;

        ToJournal(Shard shard, long bytes, long nowMillis) {
            this.shard = shard;
            this.bytes = bytes;
            this.nowMillis = nowMillis;
        }

        @Override
        public void key(Place key, long expiresAt, int type, long dump, int length, long offset)
                throws IOException {
            seen.add(key.hash(), key.database().index(), offset);
            if (expiresAt != 0 && expiresAt <= nowMillis) {
                expired++;
                return;
            }
            effects.restore().log(key, expiresAt, limits, type, dump, length);
            keys++;
            if (record.length() >= RECORD_BYTES) {
                append(shard, nowMillis);
                progress.at(offset, bytes);
            }
        }

        @Override
        public void empty() {
            empty++;
        }

        @Override
        public void library(ServerState.Library library) {
            effects.server().logLibrary(library);
        }
    }

    private void checkKeys(long address, long bytes) {
        long repeated = seen.firstRepeated((one, two) -> isSameKey(address, bytes, one, two));
        if (repeated >= 0) {
            readKeyAt(address, bytes, repeated);
            throw in.bad("a key that is there already");
        }
    }

    private boolean isSameKey(long address, long bytes, long one, long two) {
        readKeyAt(address, bytes, one);
        keyCopy.clear();
        keyCopy.put(key.address(), key.length());
        readKeyAt(address, bytes, two);
        return key.equals(keyCopy.address(), (int) keyCopy.length());
    }

    private void readKeyAt(long address, long bytes, long offset) {
        in.read(address, bytes);
        in.skip(offset);
        in.string(key);
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
                case WAIT -> space.await(shard);
                case REFUSED -> throw new IOException(journal.trouble());
            }
        }
    }
}
