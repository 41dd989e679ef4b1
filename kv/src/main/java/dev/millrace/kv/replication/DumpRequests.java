package dev.millrace.kv.replication;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.rdb.BadDump;
import dev.millrace.kv.rdb.DumpKeys;
import dev.millrace.kv.rdb.Dumps;
import dev.millrace.kv.resp.RequestWriter;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.ServerState;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A dump as requests: FLUSHALL, and a RESTORE for each key. It is read and checked as a whole
 * first.
 */
public final class DumpRequests {
    /** Requests of about so many bytes are given at a time. */
    private static final int PIECE_BYTES = 256 * 1024;

    /** Executes requests; they may be overwritten when it returns. */
    @FunctionalInterface
    public interface Executor {
        void execute(NativeBuffer requests) throws IOException, InterruptedException;
    }

    private final Executor executor;
    private final NativeBuffer requests = new NativeBuffer(PIECE_BYTES);
    private final RequestWriter request = new RequestWriter(requests);
    private final NativeBuffer payload = new NativeBuffer(1024);
    private int selected;

    private DumpRequests(Executor executor) {
        this.executor = executor;
    }

    /**
     * Sends a file.
     *
     * @param flush whether all that is there goes first; else it stays but for the dump's keys
     * @throws BadDump if it is not whole, or has what is not known here; nothing was sent then
     */
    public static void send(Path file, boolean flush, Executor executor)
            throws IOException, InterruptedException {
        DumpRequests made = new DumpRequests(executor);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            long bytes = channel.size();
            MemorySegment dump = channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes, arena);
            made.send(dump.address(), bytes, flush);
        } finally {
            made.requests.free();
            made.payload.free();
        }
    }

    private void send(long address, long bytes, boolean flush)
            throws IOException, InterruptedException {
        new DumpKeys().check(address, bytes);
        request.begin(2);
        request.word("SELECT");
        request.number(0);
        if (flush) {
            request.begin(1);
            request.word("FLUSHALL");
            request.begin(2);
            request.word("FUNCTION");
            request.word("FLUSH");
        }
        new DumpKeys().read(address, bytes, new ToRequests());
        flush();
    }

    /** What is read becomes requests. */
    private final class ToRequests implements DumpKeys.Sink {
        @Override
        public void key(Place key, long expiresAt, int type, long dump, int length, long offset)
                throws IOException {
            restore(key, expiresAt, type, dump, length);
            if (requests.length() >= PIECE_BYTES) {
                flush();
            }
        }

        @Override
        public void library(ServerState.Library library) {
            request.begin(4);
            request.word("FUNCTION");
            request.word("LOAD");
            request.word("REPLACE");
            request.word(library.code());
        }
    }

    private void flush() throws IOException {
        try {
            executor.execute(requests);
        } catch (InterruptedException stop) {
            throw new IOException("interrupted while a dump was loaded", stop);
        }
        requests.shrink();
    }

    private void restore(Place key, long expiresAt, int type, long dump, int length) {
        int database = key.database().index();
        if (database != selected) {
            selected = database;
            request.begin(2);
            request.word("SELECT");
            request.number(database);
        }
        payload.shrink();
        payload.putByte(type);
        payload.put(dump, length);
        Dumps.end(payload);
        request.begin(6);
        request.word("RESTORE");
        request.word(key.address(), key.length());
        request.number(expiresAt);
        request.word(payload.address(), Math.toIntExact(payload.length()));
        request.word("REPLACE");
        request.word("ABSTTL");
    }
}
