package dev.millrace.registry.check;

import dev.millrace.registry.catalog.Status;

/** Is told how checks stand, on the runner's thread. */
@FunctionalInterface
public interface CheckListener {
    /**
     * The status has changed; or, more rarely, only the output has.
     *
     * @param output for people, at most as long as the check's definition allows
     */
    void result(CheckKey key, Status status, String output);
}
