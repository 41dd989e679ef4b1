package dev.millrace.kernel.journal;

import dev.millrace.kernel.memory.NativeBuffer;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * The journal in files of this machine: segments of fixed size, zero-filled and mapped beforehand.
 *
 * <p><b>Why a mapped append.</b> A store to a shared mapping is with the operating system as soon
 * as it is done, so no reply, and no other loop, can show what a killed process would lose; and it
 * costs no system call. The usual alternatives, a write at the end of each turn or a writer thread
 * behind a ring, cost more and leave a gap in which a value is visible and its record is not there
 * (docs/decisions/mapped-journal.md has the measurements). What it asks for is done ahead, off the
 * loops: space truly allocated, so that a full disk is an answer and not a SIGBUS, and pages
 * faulted in.
 *
 * <p><b>Who does what.</b> Any loop appends, under {@code lock}, held for one copy. {@link
 * #prepareSpace} (its thread: {@link JournalThreads}) keeps spare segments; {@link #sync} may be
 * called by a loop when the disk is quick, else by the other thread. The simulator calls both
 * itself.
 *
 * <p><b>Space.</b> {@link #admit} counts what is left in the active segment and in the spares, less
 * a margin per segment for the piece that a rollover leaves unused. What was admitted always fits.
 *
 * <p><b>Failure.</b> After a failed sync nobody knows which pages the disk has, and the kernel may
 * have marked them clean: syncing again would succeed and mean nothing. So the journal stays
 * failed, durable() stands still, and replies that wait for it are never sent.
 */
public final class SegmentJournal implements Journal {
    public static final long SEGMENT_BYTES_MIN = 256 * 1024;

    /** The first is made while the process starts, and so is small. */
    private static final long FIRST_SEGMENT_BYTES_MAX = 4 << 20;

    /** A segment may be left with this much unused, so that a small record is not cut in two. */
    private static final long MARGIN_BYTES = 64 * 1024;

    private static final long CLOCK_MILLIS = 100;
    private static final long CLOCK_SET_BACK_MILLIS = 1000;
    private static final long BUSY_NANOS = 10_000_000_000L;
    private static final long QUICK_SYNC_NANOS = 300_000;
    private static final long GRANT_BYTES_MAX = 256 * 1024;

    private final Disk disk;
    private final Options options;
    private final RandomGenerator salts;
    private final long bootHash;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final ArrayDeque<Segment> spares = new ArrayDeque<>();
    private final ArrayDeque<Segment> unsynced = new ArrayDeque<>();
    private final ArrayList<Segment.Sealed> sealed = new ArrayList<>();
    private Segment active;

    /** Position of the last frame when it was opened. */
    private final long opened;

    private long nextIndex;
    private long granted;
    private long wanted;
    private long clockMillis;
    private final NativeBuffer clock = new NativeBuffer(64);
    private boolean closed;
    private boolean full;
    private String whyFull = "";
    private boolean waited;
    private volatile boolean rolled;
    private volatile long rolledNanos;

    /** Position of the last frame. Guarded by lock; {@link #end} publishes it. */
    private long last;

    /** Lazily set: whoever needs it exact takes the lock, and an append then costs no fence. */
    private final AtomicLong end = new AtomicLong();

    private final AtomicLong appendedBytes = new AtomicLong();
    private volatile long durable;
    private volatile State state = State.OPEN;
    private volatile String trouble = "";

    private final ReentrantLock syncLock = new ReentrantLock();
    private volatile long syncNanos;
    private final AtomicLong syncs = new AtomicLong();
    private volatile long pushBackMillis;
    private final LongAdder pushedBack = new LongAdder();
    private volatile Runnable spaceRequest = () -> {};
    private volatile Runnable syncRequest = () -> {};

    /**
     * @param segmentBytes size of a segment file, at least {@link #SEGMENT_BYTES_MIN}
     * @param spares how many empty segments are kept ready while segments fill quickly
     */
    public record Options(long segmentBytes, int spares) {
        public Options {
            if (segmentBytes < SEGMENT_BYTES_MIN || segmentBytes % 4096 != 0) {
                throw new IllegalArgumentException(
                        "journal.segment-bytes: "
                                + segmentBytes
                                + " (expected: a multiple of 4096, >= "
                                + SEGMENT_BYTES_MIN
                                + ")");
            }
            if (spares < 1) {
                throw new IllegalArgumentException("spares: " + spares + " (expected: >= 1)");
            }
        }
    }

    /**
     * Opens the journal that is on the disk, or an empty one.
     *
     * @param covered the position up to which a checkpoint holds everything; the next record gets a
     *     higher one even if the journal's files are gone
     * @param salts each new segment's salt is drawn from it: what no client can know
     * @throws CorruptJournalException if it holds a bad frame with good frames behind it
     */
    public static SegmentJournal open(
            Disk disk, Options options, long covered, long nowMillis, RandomGenerator salts)
            throws IOException {
        Recovery.Found found = Recovery.recover(disk);
        if (found.end() < covered) {
            for (Segment.Sealed segment : found.segments()) {
                disk.delete(segment.name());
            }
            found = new Recovery.Found(List.of(), covered, found.nextIndex());
        }
        return new SegmentJournal(disk, options, found, nowMillis, salts);
    }

    private SegmentJournal(
            Disk disk, Options options, Recovery.Found found, long nowMillis, RandomGenerator salts)
            throws IOException {
        this.disk = disk;
        this.options = options;
        this.salts = salts;
        this.bootHash = Recovery.bootHash(disk);
        this.sealed.addAll(found.segments());
        this.nextIndex = found.nextIndex();
        this.last = found.end();
        this.opened = last;
        this.end.set(last);
        this.durable = found.end();
        this.active = createFirst(nowMillis);
    }

    /** How other threads are asked for work; until then nobody but the caller does it. */
    void attach(Runnable spaceRequest, Runnable syncRequest) {
        this.spaceRequest = spaceRequest;
        this.syncRequest = syncRequest;
    }

    /**
     * The segment that this process begins with. Its header is durable before it has a frame: those
     * before it may be gone, and where the log begins nothing else would say after a power cut.
     */
    private Segment createFirst(long nowMillis) throws IOException {
        long salt = salts.nextLong();
        ByteBuffer front = Segment.front(salt);
        long at = MemorySegment.ofBuffer(front).address();
        Segment.writeHeader(at, nextIndex, last + 1, bootHash, nowMillis);
        long bytes = Math.min(FIRST_SEGMENT_BYTES_MAX, options.segmentBytes());
        Segment first = createSegment(bytes, salt, front);
        first.populate();
        first.activate(last + 1, bootHash, nowMillis);
        return first;
    }

    private Segment createSpare() throws IOException {
        long salt = salts.nextLong();
        return createSegment(options.segmentBytes(), salt, Segment.front(salt));
    }

    private Segment createSegment(long bytes, long salt, ByteBuffer front) throws IOException {
        long index = nextIndex++;
        return new Segment(index, disk.create(Segment.name(index), bytes, front), salt);
    }

    private long capacityPerSegment() {
        return options.segmentBytes() - Segment.HEADER_BYTES - MARGIN_BYTES;
    }

    @Override
    public void listen(Listener listener) {
        listeners.add(listener);
    }

    // ---- Space

    @Override
    public Admission admit(Grant grant, long bytes) {
        long need = need(bytes);
        if (grant.left >= need && state == State.OPEN) {
            return Admission.ADMITTED;
        }
        return admitMore(grant, need);
    }

    /**
     * With the frames' own headers, for a record cut in pieces at each segment's end and at each
     * BODY_BYTES_MAX, and one clock.
     */
    private long need(long bytes) {
        long pieces = 2 + bytes / Frame.BODY_BYTES_MAX + 2 * (bytes / capacityPerSegment());
        return bytes + (pieces + 1) * (Frame.HEADER_BYTES + 8) + Frame.bytes(Clock.BYTES);
    }

    @Override
    public boolean extend(Grant grant, long bytes) {
        long more = need(bytes) - grant.left;
        if (more <= 0) {
            return true;
        }
        lock.lock();
        try {
            if (state == State.FAILED) {
                return false;
            }
            if (available() >= more) {
                grant.left += more;
                granted += more;
                return true;
            }
            if (full) {
                return false;
            }
            wanted = Math.max(wanted, more);
        } finally {
            lock.unlock();
        }
        spaceRequest.run();
        return false;
    }

    private Admission admitMore(Grant grant, long need) {
        lock.lock();
        try {
            if (state == State.FAILED) {
                return Admission.REFUSED;
            }
            granted -= grant.left;
            grant.left = 0;
            long available = available();
            if (available >= need) {
                long ahead = Math.min(GRANT_BYTES_MAX, options.segmentBytes() / 16);
                grant.left = Math.min(available, Math.max(need, ahead));
                granted += grant.left;
                return Admission.ADMITTED;
            }
            if (full) {
                becomeFull();
                return Admission.REFUSED;
            }
            wanted = Math.max(wanted, need);
            waited = true;
        } finally {
            lock.unlock();
        }
        spaceRequest.run();
        return Admission.WAIT;
    }

    private long available() {
        return Math.max(0, active.left() - MARGIN_BYTES)
                + spares.size() * capacityPerSegment()
                - granted;
    }

    /**
     * Makes spare segments until there are as many as wished, and tells who waits. Call it often,
     * and when asked; it may take as long as the disk does.
     */
    public void prepareSpace() {
        activeSegment().populate();
        boolean told = false;
        while (state != State.FAILED && !told) {
            lock.lock();
            try {
                if (spares.size() >= sparesWished() && available() >= wanted) {
                    break;
                }
            } finally {
                lock.unlock();
            }
            told = !addSpare();
        }
        lock.lock();
        try {
            if (!told) {
                full = false;
                if (state == State.FULL) {
                    state = State.OPEN;
                    trouble = "";
                }
            }
            wanted = 0;
            if (!waited) {
                return;
            }
            waited = false;
        } finally {
            lock.unlock();
        }
        listeners.forEach(Listener::spaceGained);
    }

    private Segment activeSegment() {
        lock.lock();
        try {
            return active;
        } finally {
            lock.unlock();
        }
    }

    /** One while little is written, all while segments fill quickly. */
    private int sparesWished() {
        return isBusy() ? options.spares() : 1;
    }

    /** While it is not, a spare takes no memory until it becomes the active segment. */
    private boolean isBusy() {
        return rolled && System.nanoTime() - rolledNanos < BUSY_NANOS;
    }

    private boolean addSpare() {
        try {
            Segment spare = createSpare();
            if (isBusy()) {
                spare.populate();
            }
            lock.lock();
            try {
                spares.add(spare);
            } finally {
                lock.unlock();
            }
            return true;
        } catch (Disk.DiskFullException e) {
            lock.lock();
            try {
                nextIndex--;
                full = true;
                whyFull = String.valueOf(e.getMessage());
                if (available() < capacityPerSegment() / 2) {
                    becomeFull();
                }
            } finally {
                lock.unlock();
            }
            return false;
        } catch (IOException | RuntimeException | Error e) {
            // Whatever it is: its thread would end, and who waits for space would wait for ever.
            fail("cannot make a segment: " + e);
            return false;
        }
    }

    /** The lock is held. */
    private void becomeFull() {
        if (state == State.OPEN) {
            trouble = whyFull;
            state = State.FULL;
        }
    }

    /** Slows writers by so many ms each time, 0 for not at all. */
    public void pushBack(long millis) {
        pushBackMillis = millis;
    }

    @Override
    public long pushBackMillis() {
        long millis = pushBackMillis;
        if (millis > 0) {
            pushedBack.increment();
        }
        return millis;
    }

    /** True while the disk has little room. */
    public boolean isPushingBack() {
        return pushBackMillis > 0;
    }

    /** How often a writer was slowed. */
    public long pushedBack() {
        return pushedBack.sum();
    }

    /** True if there are fewer spares than wished: the disk has little room or is slow. */
    public boolean shortOfSpace() {
        lock.lock();
        try {
            return spares.size() < sparesWished();
        } finally {
            lock.unlock();
        }
    }

    // ---- Appending

    @Override
    public long append(RecordWriter record, Grant grant, long nowMillis) {
        NativeBuffer body = record.body();
        long bytes = body.length();
        assert bytes > 0;
        boolean whole = bytes <= Frame.BODY_BYTES_MAX;
        int crc = whole ? Frame.crc(body.address(), bytes) : 0;
        lock.lock();
        try {
            long written = 0;
            if (isClockDue(nowMillis)) {
                written += appendClock(nowMillis);
            }
            if (whole
                    && (Frame.bytes(bytes) <= active.left()
                            || Frame.bytes(bytes) <= MARGIN_BYTES)) {
                written +=
                        appendFrame(body.address(), (int) bytes, crc, Frame.Piece.WHOLE, nowMillis);
            } else {
                written += appendPieces(body.address(), bytes, nowMillis);
            }
            assert grant.left >= written : "appended more than was admitted: " + written;
            grant.left -= written;
            granted -= written;
            appendedBytes.lazySet(appendedBytes.getPlain() + written);
            end.lazySet(last);
            return last;
        } catch (InternalError fault) {
            // A mapped page has no file behind it any more: somebody has cut it. The record is
            // lost,
            // though its effects are applied; nothing that follows may be shown.
            fail("append failed: " + fault.getMessage());
            throw fault;
        } finally {
            lock.unlock();
        }
    }

    /** Callers' clocks differ a little; one that is set back by more is followed. */
    private boolean isClockDue(long nowMillis) {
        return nowMillis - clockMillis >= CLOCK_MILLIS
                || nowMillis < clockMillis - CLOCK_SET_BACK_MILLIS;
    }

    private long appendClock(long nowMillis) {
        clockMillis = nowMillis;
        clock.clear();
        Clock.write(clock, nowMillis, durable);
        int bytes = (int) clock.length();
        return appendFrame(
                clock.address(),
                bytes,
                Frame.crc(clock.address(), bytes),
                Frame.Piece.WHOLE,
                nowMillis);
    }

    private long appendPieces(long body, long bytes, long nowMillis) {
        long written = 0;
        for (long at = 0; at < bytes; ) {
            if (active.left() < MARGIN_BYTES) {
                roll(nowMillis);
            }
            long room = Math.min(active.left() - Frame.HEADER_BYTES, Frame.BODY_BYTES_MAX);
            int piece = (int) Math.min(room & ~7L, bytes - at);
            Frame.Piece kind = Frame.Piece.of(at == 0, at + piece == bytes);
            written += appendFrame(body + at, piece, Frame.crc(body + at, piece), kind, nowMillis);
            at += piece;
        }
        return written;
    }

    private long appendFrame(long body, int bytes, int crc, Frame.Piece piece, long nowMillis) {
        long frameBytes = Frame.bytes(bytes);
        if (frameBytes > active.left()) {
            roll(nowMillis);
        }
        last++;
        active.append(body, bytes, crc, last, piece);
        return frameBytes;
    }

    private void roll(long nowMillis) {
        Segment next = spares.poll();
        if (next == null) {
            throw new AssertionError("no spare segment, though space was admitted");
        }
        unsynced.add(active);
        next.activate(last + 1, bootHash, nowMillis);
        active = next;
        rolledNanos = System.nanoTime();
        rolled = true;
        spaceRequest.run();
    }

    /** The lowest position it still has, or the next one if it has none. */
    public long first() {
        lock.lock();
        try {
            return sealed.isEmpty() ? active.firstPosition : sealed.getFirst().firstPosition();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long end() {
        return end.getAcquire();
    }

    @Override
    public long appendedBytes() {
        return appendedBytes.getAcquire();
    }

    // ---- Durability

    @Override
    public long durable() {
        return durable;
    }

    @Override
    public boolean syncIsQuick() {
        return syncNanos < QUICK_SYNC_NANOS;
    }

    /** What a sync takes, a mean over about the last eight. */
    public long syncNanos() {
        return syncNanos;
    }

    /** How often something was synced. */
    public long syncs() {
        return syncs.get();
    }

    @Override
    public void requestSync() {
        syncRequest.run();
    }

    @Override
    public void sync() {
        if (state == State.FAILED || durable == end()) {
            return;
        }
        syncLock.lock();
        try {
            long target;
            Segment newest;
            long used;
            List<Segment> full;
            lock.lock();
            try {
                target = last;
                newest = active;
                used = active.used;
                full = List.copyOf(unsynced);
            } finally {
                lock.unlock();
            }
            if (state == State.FAILED || target == durable) {
                return;
            }
            long start = System.nanoTime();
            for (Segment segment : full) {
                segment.force(segment.used);
            }
            newest.force(used);
            // A mean over about eight syncs: one slow sync does not move the work to a thread.
            long before = syncNanos;
            syncNanos = before + (System.nanoTime() - start - before) / 8;
            durable = target;
            syncs.incrementAndGet();
            retire(full);
        } catch (IOException | RuntimeException | Error e) {
            fail("sync failed: " + e);
        } finally {
            syncLock.unlock();
        }
        listeners.forEach(Listener::durabilityChanged);
    }

    private void retire(List<Segment> full) throws IOException {
        if (full.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            unsynced.removeAll(full);
            full.forEach(segment -> sealed.add(segment.sealed()));
        } finally {
            lock.unlock();
        }
        for (Segment segment : full) {
            segment.close();
        }
    }

    private void fail(String reason) {
        lock.lock();
        try {
            if (state != State.FAILED) {
                trouble = reason;
                state = State.FAILED;
            }
        } finally {
            lock.unlock();
        }
        listeners.forEach(Listener::durabilityChanged);
        listeners.forEach(Listener::spaceGained);
    }

    @Override
    public State state() {
        return state;
    }

    @Override
    public String trouble() {
        return trouble;
    }

    // ---- Reading and trimming

    @Override
    public void read(long after, Reader reader) throws IOException {
        List<Segment.Sealed> parts;
        long until;
        lock.lock();
        try {
            until = last;
            parts = new ArrayList<>(sealed);
            unsynced.forEach(segment -> parts.add(segment.sealed()));
            parts.add(active.sealed());
        } finally {
            lock.unlock();
        }
        try (RecordScan scan = new RecordScan(reader)) {
            for (Segment.Sealed part : parts) {
                if (part.lastPosition() <= after || part.firstPosition() > until) {
                    continue;
                }
                Segment segment = Segment.read(disk, part);
                try {
                    scan.scan(segment, after, until);
                } finally {
                    segment.close();
                }
            }
        }
    }

    @Override
    public void trim(long position) {
        List<Segment.Sealed> gone = new ArrayList<>();
        lock.lock();
        try {
            while (!sealed.isEmpty() && sealed.getFirst().lastPosition() <= position) {
                gone.add(sealed.removeFirst());
            }
        } finally {
            lock.unlock();
        }
        int deleted = 0;
        try {
            for (; deleted < gone.size(); deleted++) {
                disk.delete(gone.get(deleted).name());
            }
        } catch (IOException stays) {
            // With all behind it, for a hole would be damage at the next start. It takes room only,
            // and the next trim tries again.
            keep(gone.subList(deleted, gone.size()));
        }
    }

    private void keep(List<Segment.Sealed> oldest) {
        lock.lock();
        try {
            sealed.addAll(0, oldest);
        } finally {
            lock.unlock();
        }
    }

    /** How many files hold records. */
    public int segmentCount() {
        return segments().size();
    }

    /** Bytes that can still be allocated where it is. */
    public long freeBytes() throws IOException {
        return disk.freeBytes();
    }

    /**
     * Copies the records behind {@code after} to another disk while it is written on: everything up
     * to some moment of the call, whole records only, every frame checked. Nothing it needs may be
     * trimmed meanwhile.
     *
     * @return the position of the last record copied, {@code after} if there is none
     * @throws CorruptJournalException if a frame is not as it was written
     */
    public long copy(Disk to, long after, Progress progress) throws IOException {
        // Under the lock a record is wholly in or not yet begun, in however many pieces.
        List<Segment.Sealed> parts = new ArrayList<>(segments());
        parts.removeIf(part -> part.lastPosition() <= after);
        Meter meter = new Meter(progress, parts.stream().mapToLong(Segment.Sealed::used).sum());
        for (Segment.Sealed part : parts) {
            Segment segment = Segment.read(disk, part);
            try {
                SegmentCopy.copy(disk, segment, part.used(), to, meter);
            } finally {
                segment.close();
            }
        }
        return parts.isEmpty() ? after : parts.getLast().lastPosition();
    }

    private List<Segment.Sealed> segments() {
        lock.lock();
        try {
            List<Segment.Sealed> all = new ArrayList<>(sealed);
            unsynced.forEach(segment -> all.add(segment.sealed()));
            all.add(active.sealed());
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** Lets the last frame say that all before it is durable: damage there is then no torn tail. */
    private void noteDurable() {
        long bytes = Frame.bytes(Clock.BYTES);
        boolean sensible = state != State.FAILED && last > opened && active.left() >= bytes;
        if (sensible) {
            appendClock(clockMillis);
            end.lazySet(last);
            sync();
        }
    }

    /** Syncs and closes the files. Spare segments are deleted. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        sync();
        noteDurable();
        for (Segment segment : unsynced) {
            segment.close();
        }
        long used = active.used;
        active.file.truncate(used);
        active.close();
        for (Segment spare : spares) {
            spare.close();
            disk.delete(spare.name());
        }
        spares.clear();
        clock.free();
    }
}
