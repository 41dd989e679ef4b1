package dev.millrace.kernel.transaction;

import dev.millrace.kernel.journal.RecordWriter;

/**
 * A room whose changes can be part of a record that another room writes. Whoever writes that record
 * goes this way, on one thread:
 *
 * <pre>
 * join      the room's lock is taken; what it changes from here on is written to the record
 * check     whether something could be done, as if what was checked before it were done already
 * admit     space for the whole record, in the writer's own name
 * change    all that was checked, in that order
 * append    the record, by its writer
 * leave     the room takes note, and its lock is given back
 * </pre>
 *
 * <p>Until the first change everything can be given up: {@code leave(0)}. After it there is no way
 * back; a failure then is the process's end ({@link dev.millrace.kernel.room.FailStop}), with the
 * lock held. Who joins several joins them in the order of {@link Participants#inLockOrder}, after
 * its own locks (docs/locks.md).
 */
public interface Participant {
    /** The room's name, as in {@code --only}. */
    String room();

    /** Whether what depends on this room's changes waits until the medium has them. */
    boolean waitsForDisk();

    /**
     * Takes the room's lock. What the room changes until {@link #leave} is written to this record.
     *
     * @return false if the room does not serve any more; nothing is locked then
     */
    boolean join(RecordWriter record);

    /**
     * Gives the lock back. The room goes on with what follows from the changes, on its own loop.
     *
     * @param position the record's, which was appended; 0: the room has changed nothing
     */
    void leave(long position);
}
