package dev.millrace.events.log;

import org.jspecify.annotations.Nullable;

/**
 * Events of consecutive positions: in memory, in a file, or in both. Guarded by the lock of the
 * log.
 *
 * <pre>
 *   growing → sealed → being written → in memory and in a file → in a file
 * </pre>
 */
final class Segment {
    private final long first;
    private @Nullable HotEvents hot;
    private @Nullable SegmentFile file;
    private int pins;

    /** True once a thread is about to write it, or has. */
    boolean written;

    Segment(HotEvents hot) {
        this.first = hot.first();
        this.hot = hot;
    }

    Segment(SegmentFile file) {
        this.first = file.first();
        this.file = file;
        this.written = true;
    }

    long first() {
        return first;
    }

    /** Its events in memory, if they are there. */
    @Nullable HotEvents hot() {
        return hot;
    }

    @Nullable SegmentFile file() {
        return file;
    }

    /** Its file, where there is no doubt that it has one. */
    SegmentFile needFile() {
        SegmentFile there = file;
        if (there == null) {
            throw new IllegalStateException(first + ": in no file");
        }
        return there;
    }

    /** It is in this file from now on. */
    void file(SegmentFile made) {
        file = made;
    }

    /** It is in its file only. */
    void cool() {
        hot = null;
    }

    /** Its memory stays while it is pinned. */
    void pin() {
        pins++;
    }

    void unpin() {
        pins--;
    }

    boolean isPinned() {
        return pins > 0;
    }
}
