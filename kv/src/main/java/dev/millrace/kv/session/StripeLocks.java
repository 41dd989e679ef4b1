package dev.millrace.kv.session;

import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.store.Stripes;

import java.util.function.BooleanSupplier;

/**
 * Which stripes a lane has locked, as a mask with a bit for each; always taken in ascending order
 * (docs/locks.md).
 */
final class StripeLocks {
    private final Stripes stripes;
    private final BooleanSupplier givenUp;
    private final Keys.Each toMask = this::addToMask;
    private Request request = Request.view();
    private long mask;
    private long held;

    /**
     * Makes one.
     *
     * @param givenUp whether to wait no longer for who has a stripe
     */
    StripeLocks(Stripes stripes, BooleanSupplier givenUp) {
        this.stripes = stripes;
        this.givenUp = givenUp;
    }

    /** The stripes of the keys that a command names. */
    long of(Command command, Request named) {
        if (command.locks() == Command.Locks.ALL) {
            return -1L >>> (64 - stripes.count());
        }
        if (command.keys().isNone()) {
            return 0;
        }
        if (stripes.count() == 1) {
            return 1;
        }
        mask = 0;
        request = named;
        command.keys().each(named, toMask);
        return mask;
    }

    private void addToMask(int index) {
        mask |= 1L << stripes.indexOf(request.address(index), request.length(index));
    }

    /**
     * Locks stripes; for a command that writes also those that serving clients who wait there may
     * change.
     *
     * @return what is locked
     * @throws StoreBusy if a script has the store for long
     */
    long lock(long wanted, boolean writes) {
        lock(wanted);
        if (writes) {
            for (long all = reached(); all != held; all = reached()) {
                unlock(held);
                lock(all);
            }
        }
        return held;
    }

    /** What is locked, and what those reach who wait there. */
    private long reached() {
        long all = held;
        for (long left = held; left != 0; left &= left - 1) {
            all |= stripes.stripe(Long.numberOfTrailingZeros(left)).waits().reach();
        }
        return all;
    }

    private void lock(long wanted) {
        for (long left = wanted; left != 0; left &= left - 1) {
            if (!stripes.stripe(Long.numberOfTrailingZeros(left)).lockUnless(givenUp)) {
                unlock(wanted ^ left);
                throw new StoreBusy();
            }
        }
        held = wanted;
    }

    void unlock(long locked) {
        for (long left = locked; left != 0; left &= left - 1) {
            stripes.stripe(Long.numberOfTrailingZeros(left)).unlock();
        }
        held = 0;
    }

    /** What is locked now. */
    long held() {
        return held;
    }
}
