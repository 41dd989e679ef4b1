package dev.millrace.kernel.shard;

import java.util.concurrent.locks.ReentrantLock;

/** A state machine whose whole state is behind one lock. */
public abstract class LockedMachine implements StateMachine {
    private final ReentrantLock lock = new ReentrantLock();

    /** What guards the state. */
    public final ReentrantLock lock() {
        return lock;
    }

    /** {@link #apply}, under the lock. */
    protected abstract void replay(long address, int bytes);

    /** {@link #load}, under the lock. */
    protected abstract void restore(long address, int bytes);

    @Override
    public final void apply(long address, int bytes) {
        lock.lock();
        try {
            replay(address, bytes);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public final void load(long address, int bytes) {
        lock.lock();
        try {
            restore(address, bytes);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public final void freeze() {
        lock.lock();
    }

    @Override
    public final void thaw() {
        lock.unlock();
    }
}
