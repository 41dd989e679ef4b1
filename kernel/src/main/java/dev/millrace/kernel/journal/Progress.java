package dev.millrace.kernel.journal;

/** Told how far long work has come; often, and on the thread that works. */
@FunctionalInterface
public interface Progress {
    /** Nobody watches. */
    Progress UNSEEN = (done, all) -> {};

    /**
     * So much is done.
     *
     * @param doneBytes of {@code allBytes}
     * @param allBytes as far as is known by now; it may grow
     */
    void at(long doneBytes, long allBytes);
}
