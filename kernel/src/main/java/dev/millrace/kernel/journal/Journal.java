package dev.millrace.kernel.journal;

import java.io.IOException;

/**
 * An append-only sequence of records, each with one position: a number that grows by at least one
 * from record to record.
 *
 * <p>Nothing here assumes a file, or that appending is instant: a position is known at once, and
 * its durability is learned later from {@link #durable}.
 */
public interface Journal extends AutoCloseable {
    /** No record may be longer: a part's length is an int. */
    long RECORD_BYTES_MAX = Integer.MAX_VALUE - 1024;

    /** The answer to a wish for space. */
    enum Admission {
        /** The space is set aside: appending so much cannot fail. */
        ADMITTED,
        /** Not yet; {@link Listener#spaceGained} tells when to ask again. */
        WAIT,
        /** No: the disk is full, or the journal has failed. {@link #state} says which. */
        REFUSED
    }

    /** What the journal can do at present. */
    enum State {
        OPEN,
        /** No room: reads go on, writes are refused until there is some. */
        FULL,
        /** A write or a sync failed. It stays so: what the disk has is unknown. */
        FAILED
    }

    /** Space set aside for one writer; its own loop alone uses it. */
    final class Grant {
        long left;
    }

    /** Told from any thread, quickly, without blocking. */
    interface Listener {
        /** {@link #durable} has grown, or the journal has failed. */
        void durabilityChanged();

        /** Space was found, or will not be. */
        void spaceGained();
    }

    void listen(Listener listener);

    /**
     * Sets {@code bytes} of effects aside, at most {@link #RECORD_BYTES_MAX}, before anything is
     * changed that they describe.
     */
    Admission admit(Grant grant, long bytes);

    /**
     * Sets more aside for a record that has begun: {@code bytes} as a whole. What was set aside for
     * it before is kept in any case, while {@link #admit} gives it back when there is not enough.
     *
     * @return false if there is no space for more now; it is being made then, if the disk has room
     */
    boolean extend(Grant grant, long bytes);

    /**
     * Appends a record within what was admitted and hands it to the operating system. The record
     * may be cleared afterwards.
     *
     * @param nowMillis the caller's clock, for {@code restore --to}
     * @return its position
     */
    long append(RecordWriter record, Grant grant, long nowMillis);

    /** The position of the last record, 0 if there never was one. */
    long end();

    /** Every record up to here survives a power cut. */
    long durable();

    /** True while a sync takes so little time that an event loop may wait for it. */
    boolean syncIsQuick();

    /** Makes everything appended before the call durable; after a failure it returns, failed. */
    void sync();

    /** Asks for a sync soon, from another thread. */
    void requestSync();

    State state();

    /** Why the journal is not {@link State#OPEN}; empty while it is. */
    String trouble();

    /**
     * How long a client that has just changed something is to be kept from sending more, because
     * space runs short; ms, 0 nearly always. To be asked once for what a client sends in one piece.
     */
    default long pushBackMillis() {
        return 0;
    }

    /** Gives every record in {@code (after, end]} to the reader, in order. */
    void read(long after, Reader reader) throws IOException;

    /** Takes one record. The memory is valid during the call only. */
    interface Reader {
        void record(long position, long address, long bytes);
    }

    /** Forgets records up to {@code position}, as far as whole segments allow. */
    void trim(long position);

    /** Bytes appended since the process started, for deciding on a checkpoint. */
    long appendedBytes();

    @Override
    void close() throws IOException;
}
