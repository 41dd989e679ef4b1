package dev.millrace.kernel.shard;

/**
 * Stands for all rooms that are not opened: what they wrote is passed over. For who only reads one
 * room's state out of a directory at rest; nothing may be changed then, and no checkpoint taken.
 */
public final class UnreadRooms implements StateMachine {
    /** No machine has it, so it is the one for every number that no other has. */
    static final int ANY = 0;

    @Override
    public int machine() {
        return ANY;
    }

    @Override
    public void apply(long address, int bytes) {}

    @Override
    public void load(long address, int bytes) {}

    @Override
    public void freeze() {
        throw new UnsupportedOperationException("a state that is not there");
    }

    @Override
    public void thaw() {
        throw new UnsupportedOperationException("a state that is not there");
    }

    @Override
    public void cut(Checkpoint checkpoint) {
        throw new UnsupportedOperationException("a state that is not there");
    }
}
