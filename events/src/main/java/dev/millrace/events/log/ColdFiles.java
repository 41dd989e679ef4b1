package dev.millrace.events.log;

import dev.millrace.kernel.memory.Memory;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
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
 * ever touches a file's pages. Segments that were loaded whole are kept, the longest unused go
 * first.
 */
final class ColdFiles {
    /** A window has at most so many bytes, or one event that is longer. */
    private static final int WINDOW_BYTES = 128 << 10;

    private static final int WINDOW_EVENTS = 4_096;

    private final ReentrantLock lock;
    private final long loadedBytesMax;
    private final Map<Segment, LoadedSegment> loaded = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<Segment, List<Runnable>> loading = new HashMap<>();
    private long loadedBytes;
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

    // ---- A stream

    /**
     * Copies the events of a stream from a revision on, as many as a window has.
     *
     * @param files those that have events of the stream, in the order of the log
     * @param found told on another thread, without the lock
     */
    void window(Files files, int stream, long from, boolean forward, Consumer<Window> found) {
        reader.execute(
                () -> {
                    Window made;
                    try {
                        made = copy(files, stream, from, forward);
                    } catch (RuntimeException | Error failure) {
                        broken.accept(failure);
                        return;
                    }
                    found.accept(made);
                });
    }

    /**
     * Files at one moment.
     *
     * @param known how many the log had
     */
    record Files(List<SegmentFile> files, long known) {}

    private static Window copy(Files files, int stream, long from, boolean forward) {
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
        if (forward) {
            return low == all.size()
                    ? nothing(files)
                    : copyForward(files, all.get(low), stream, from);
        }
        if (low == all.size() || run(all.get(low), stream).firstRevision() > from) {
            low--;
        }
        return low < 0 ? nothing(files) : copyBackward(files, all.get(low), stream, from);
    }

    private static SegmentFile.Run run(SegmentFile file, int stream) {
        return file.run(file.place(stream));
    }

    private static Window nothing(Files files) {
        return new Window(Unpooled.EMPTY_BUFFER, 0, files.known());
    }

    private static Window copyForward(Files files, SegmentFile file, int stream, long from) {
        SegmentFile.Run run = run(file, stream);
        List<Long> events = new ArrayList<>();
        long bytes = 0;
        for (int i = file.find(run, from); i < run.count(); i++) {
            bytes = add(file.event(run.first() + i), events, bytes);
            if (bytes < 0) {
                break;
            }
        }
        return window(files, events);
    }

    private static Window copyBackward(Files files, SegmentFile file, int stream, long from) {
        SegmentFile.Run run = run(file, stream);
        List<Long> events = new ArrayList<>();
        long bytes = 0;
        for (int i = file.find(run, from + 1) - 1; i >= 0; i--) {
            bytes = add(file.event(run.first() + i), events, bytes);
            if (bytes < 0) {
                break;
            }
        }
        return window(files, events);
    }

    /** Adds an event if it fits; the bytes of all, or -1 if it does not. */
    private static long add(long event, List<Long> events, long bytes) {
        long all = bytes + Event.bytes(event);
        if (!events.isEmpty() && (all > WINDOW_BYTES || events.size() == WINDOW_EVENTS)) {
            return -1;
        }
        events.add(event);
        return all;
    }

    private static Window window(Files files, List<Long> events) {
        int bytes = 0;
        for (long event : events) {
            bytes += Event.bytes(event);
        }
        if (bytes == 0) {
            return nothing(files);
        }
        ByteBuf copy = PooledByteBufAllocator.DEFAULT.directBuffer(bytes, bytes);
        long to = copy.memoryAddress();
        for (long event : events) {
            Memory.copy(event, to, Event.bytes(event));
            to += Event.bytes(event);
        }
        return new Window(copy, events.size(), files.known());
    }

    // ---- All

    /**
     * A whole segment in memory, or null while it is being loaded; under the lock.
     *
     * @param ready told, on another thread, when it is there
     */
    @Nullable LoadedSegment loaded(Segment segment, Runnable ready) {
        LoadedSegment there = loaded.get(segment);
        if (there != null) {
            return there;
        }
        List<Runnable> waiting = loading.get(segment);
        if (waiting != null) {
            waiting.add(ready);
            return null;
        }
        loading.put(segment, new ArrayList<>(List.of(ready)));
        reader.execute(() -> load(segment));
        return null;
    }

    private void load(Segment segment) {
        LoadedSegment made;
        try {
            made = copy(file(segment));
        } catch (RuntimeException | Error failure) {
            broken.accept(failure);
            return;
        }
        List<Runnable> waiting;
        lock.lock();
        try {
            loaded.put(segment, made);
            loadedBytes += made.heldBytes();
            letGo();
            waiting = List.copyOf(loading.remove(segment));
        } finally {
            lock.unlock();
        }
        waiting.forEach(Runnable::run);
    }

    private static SegmentFile file(Segment segment) {
        SegmentFile file = segment.file();
        if (file == null) {
            throw new IllegalStateException(segment.first() + ": in no file");
        }
        return file;
    }

    /** The longest unused go, but for the last. */
    private void letGo() {
        Iterator<LoadedSegment> oldestFirst = loaded.values().iterator();
        while (loadedBytes > loadedBytesMax && loaded.size() > 1) {
            LoadedSegment gone = oldestFirst.next();
            oldestFirst.remove();
            loadedBytes -= gone.heldBytes();
            gone.release();
        }
    }

    private static LoadedSegment copy(SegmentFile file) {
        int bytes = Math.toIntExact(file.eventBytes());
        ByteBuf copy = PooledByteBufAllocator.DEFAULT.directBuffer(bytes, bytes);
        int[] places = new int[file.count()];
        long to = copy.memoryAddress();
        for (int i = 0; i < file.count(); i++) {
            long event = file.event(i);
            places[i] = (int) (to - copy.memoryAddress());
            Memory.copy(event, to, Event.bytes(event));
            to += Event.bytes(event);
        }
        int[] offsets = new int[file.count()];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = places[file.order(i)];
        }
        return new LoadedSegment(copy, offsets);
    }

    /** Lets go of everything; nobody reads any more. */
    void close() {
        loaded.values().forEach(LoadedSegment::release);
        loaded.clear();
        loadedBytes = 0;
    }
}
