package dev.millrace.kernel.journal;

/** Counts what is done of some long work, and tells. */
final class Meter {
    private final Progress progress;
    private final long allBytes;
    private long doneBytes;

    Meter(Progress progress, long allBytes) {
        this.progress = progress;
        this.allBytes = allBytes;
        progress.at(0, allBytes);
    }

    void done(long bytes) {
        doneBytes += bytes;
        progress.at(doneBytes, allBytes);
    }
}
