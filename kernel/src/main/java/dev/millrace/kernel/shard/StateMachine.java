package dev.millrace.kernel.shard;

/** A deterministic function of the journal: kv, queue, events, registry. */
public interface StateMachine {
    /** Its number in records and checkpoints, 1 to 255. */
    int machine();

    /**
     * Applies the effects of one record on it. The memory is valid during the call.
     *
     * @throws dev.millrace.kernel.journal.CorruptJournalException if they are not what it writes
     */
    void apply(long address, int bytes);

    /**
     * Takes back one block that it gave to a checkpoint. Blocks come in the order they were given.
     */
    void load(long address, int bytes);

    /** All blocks of a checkpoint are loaded. */
    default void loaded() {}

    /** Holds all effects back, until {@link #thaw}. */
    void freeze();

    void thaw();

    /**
     * True while it has not come to the end of an earlier checkpoint's cut, though that was given
     * up: it cannot tell the states of two cuts apart. Called frozen.
     */
    default boolean isCutting() {
        return false;
    }

    /**
     * Called frozen: begins to give the state as it is now to the checkpoint, and goes on with it
     * while it serves; ends with {@link Checkpoint#done} or {@link Checkpoint#abandon}.
     */
    void cut(Checkpoint checkpoint);

    /**
     * A checkpoint at this position is complete, and nobody copies an older one: no state before it
     * will be asked for again. Files that only such a state needs may go. Called by any thread, not
     * frozen.
     *
     * <p>It need not be the checkpoint that was begun last, though its position be the same: that
     * one may have been given up. Who lets go of a file with no record of his own behind it has to
     * ask which checkpoint was the first without the file.
     */
    default void forget(long position) {}
}
