package dev.millrace.events.log;

import dev.millrace.kernel.memory.Memory;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * What is read from files. A thread that may wait for the disk copies it into memory; nothing else
 * ever touches a file's pages. Pieces of files that were loaded whole are kept, the longest unused
 * go first.
 */
final class ColdFiles {
    private static final int WINDOW_EVENTS = 4_096;

    private final ReentrantLock lock;
    private final long loadedBytesMax;
    private final Map<Piece, LoadedPiece> loaded = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<Piece, List<Runnable>> loading = new HashMap<>();
    private long loadedBytes;
    private long reads;
    private Executor reader = Runnable::run;
    private Consumer<Throwable> broken =
            failure -> {
                throw new IllegalStateException(failure);
            };

    ColdFiles(ReentrantLock lock, long loadedBytesMax) {
        this.lock = lock;
        this.loadedBytesMax = loadedBytesMax;
    }

    /**
     * @param reader runs what may wait for the disk
     * @param broken told of a file that cannot be read; it ends the process
     */
    void serve(Executor reader, Consumer<Throwable> broken) {
        this.reader = reader;
        this.broken = broken;
    }

    /** How often something was read. */
    long reads() {
        return reads;
    }

    // ---- A stream

    /**
     * Copies the events of a stream from a revision on, as many as a window has.
     *
     * @param files those that have events of the stream, in the order of the log; they are held
     * @param bytesMax what a window has at most, unless one event is longer
     * @param found told on another thread, without the lock
     */
    void window(
            Files files,
            int stream,
            long from,
            boolean forward,
            int bytesMax,
            Consumer<Window> found) {
        reads++;
        reader.execute(
                () -> {
                    Window made;
                    try {
                        made = copy(files, stream, from, forward, bytesMax);
                    } catch (RuntimeException | Error failure) {
                        broken.accept(failure);
                        return;
                    } finally {
                        letGo(files);
                    }
                    found.accept(made);
                });
    }

    /**
     * Files at one moment, held by whoever has this.
     *
     * @param known how many the log had
     */
    record Files(List<SegmentFile> files, long known) {}

    private void letGo(Files files) {
        lock.lock();
        try {
            files.files().forEach(SegmentFile::letGo);
        } finally {
            lock.unlock();
        }
    }

    private static Window copy(Files files, int stream, long from, boolean forward, int bytesMax) {
        List<SegmentFile> all = files.files();
        int low = 0;
        int high = all.size();
        // The first file whose last revision is from or later.
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (run(all.get(middle), stream).lastRevision() < from) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Copying copying = new Copying(bytesMax);
        // A run may have nothing where it is looked at, for a scavenge took it.
        if (forward) {
            for (int i = low; i < all.size() && copying.isEmpty(); i++) {
                copying.forward(all.get(i), run(all.get(i), stream), from);
            }
        } else {
            for (int i = Math.min(low, all.size() - 1); i >= 0 && copying.isEmpty(); i--) {
                copying.backward(all.get(i), run(all.get(i), stream), from);
            }
        }
        return copying.window(files.known());
    }

    private static SegmentFile.Run run(SegmentFile file, int stream) {
        SegmentFile.Run run = file.run(stream);
        if (run == null) {
            throw new IllegalStateException(file.name() + ": has nothing of stream " + stream);
        }
        return run;
    }

    /** The events of a window, until they are copied; all of one file. */
    private static final class Copying {
        private final int bytesMax;
        private @Nullable SegmentFile source;
        private int[] places = new int[64];
        private long[] revisions = new long[64];
        private int count;
        private long bytes;

        Copying(int bytesMax) {
            this.bytesMax = bytesMax;
        }

        boolean isEmpty() {
            return count == 0;
        }

        void forward(SegmentFile file, SegmentFile.Run run, long from) {
            source = file;
            int i = file.find(run, from);
            while (i < run.count() && add(file, run, i)) {
                i++;
            }
        }

        void backward(SegmentFile file, SegmentFile.Run run, long from) {
            source = file;
            int i = from == Long.MAX_VALUE ? run.count() - 1 : file.find(run, from + 1) - 1;
            while (i >= 0 && add(file, run, i)) {
                i--;
            }
        }

        /** Adds an event; false if it does not fit. */
        private boolean add(SegmentFile file, SegmentFile.Run run, int index) {
            int place = file.placeOf(run, index);
            long all = bytes + file.bytes(place);
            if (count > 0 && (all > bytesMax || count == WINDOW_EVENTS)) {
                return false;
            }
            if (count == places.length) {
                places = Arrays.copyOf(places, 2 * count);
                revisions = Arrays.copyOf(revisions, 2 * count);
            }
            places[count] = place;
            revisions[count] = file.revision(run, index);
            count++;
            bytes = all;
            return true;
        }

        Window window(long filesKnown) {
            SegmentFile file = source;
            ByteBuf copy =
                    file == null || isEmpty()
                            ? Unpooled.EMPTY_BUFFER
                            : copied(file, Arrays.copyOf(places, count), bytes);
            return new Window(copy, Arrays.copyOf(revisions, count), filesKnown);
        }
    }

    /** Copies events, each when its sum has been looked at: it is in the processor's cache then. */
    private static ByteBuf copied(SegmentFile file, int[] places, long bytes) {
        ByteBuf copy = PooledByteBufAllocator.DEFAULT.directBuffer((int) bytes, (int) bytes);
        boolean whole = false;
        try {
            long to = copy.memoryAddress();
            for (int place : places) {
                long event = file.event(place);
                Memory.copy(event, to, Event.bytes(event));
                to += Event.bytes(event);
            }
            whole = true;
            return copy;
        } finally {
            if (!whole) {
                copy.release();
            }
        }
    }

    // ---- All

    /** A piece of a file: events of consecutive positions. */
    private record Piece(SegmentFile file, int number) {}

    /**
     * A piece in memory, or null while it is being loaded; under the lock.
     *
     * @param ready told, on another thread, when it is there
     */
    @Nullable LoadedPiece loaded(SegmentFile file, int number, Runnable ready) {
        Piece piece = new Piece(file, number);
        LoadedPiece there = loaded.get(piece);
        if (there != null) {
            return there;
        }
        List<Runnable> waiting = loading.get(piece);
        if (waiting != null) {
            waiting.add(ready);
            return null;
        }
        reads++;
        loading.put(piece, new ArrayList<>(List.of(ready)));
        file.hold();
        reader.execute(() -> load(piece));
        return null;
    }

    private void load(Piece piece) {
        LoadedPiece made;
        try {
            made = copy(piece);
        } catch (RuntimeException | Error failure) {
            broken.accept(failure);
            return;
        }
        List<Runnable> waiting;
        lock.lock();
        try {
            piece.file.letGo();
            loaded.put(piece, made);
            loadedBytes += made.heldBytes();
            letGo();
            waiting = List.copyOf(loading.remove(piece));
        } finally {
            lock.unlock();
        }
        waiting.forEach(Runnable::run);
    }

    /** The longest unused go, but for the last. */
    private void letGo() {
        Iterator<LoadedPiece> oldestFirst = loaded.values().iterator();
        while (loadedBytes > loadedBytesMax && loaded.size() > 1) {
            LoadedPiece gone = oldestFirst.next();
            oldestFirst.remove();
            loadedBytes -= gone.heldBytes();
            gone.release();
        }
    }

    private static LoadedPiece copy(Piece piece) {
        SegmentFile file = piece.file;
        int first = file.pieceStart(piece.number);
        int[] places = new int[file.pieceStart(piece.number + 1) - first];
        int[] offsets = new int[places.length];
        int bytes = 0;
        for (int i = 0; i < places.length; i++) {
            places[i] = file.order(first + i);
            offsets[i] = bytes;
            bytes += file.bytes(places[i]);
        }
        return new LoadedPiece(copied(file, places, bytes), offsets);
    }

    /** Lets go of everything; nobody reads any more. */
    void close() {
        loaded.values().forEach(LoadedPiece::release);
        loaded.clear();
        loadedBytes = 0;
    }
}
