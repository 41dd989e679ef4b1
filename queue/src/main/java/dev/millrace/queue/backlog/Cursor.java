package dev.millrace.queue.backlog;

import org.jspecify.annotations.Nullable;

/**
 * A place in a backlog, moved mostly from one message to the next. It asks for chunks ahead of
 * time, so that who reads front to back seldom waits. Under the store's lock.
 */
public final class Cursor {
    private final Backlog backlog;
    private final Shelf shelf;
    private final Message message = new Message();
    private @Nullable Chunk chunk;
    private long offset;

    /** Of the message at {@code offset}, within its chunk. */
    private int at;

    public Cursor(Backlog backlog, Shelf shelf) {
        this.backlog = backlog;
        this.shelf = shelf;
    }

    /**
     * Moves to a message that is kept.
     *
     * @return the message; null if it must be loaded first: the store's listener is told when it is
     * @throws IllegalArgumentException if there is none of that offset
     */
    public @Nullable Message seek(long wanted) {
        Chunk there = chunk;
        if (there == null || there.isDead() || wanted < offset || wanted >= there.endOffset()) {
            there = backlog.chunkOf(wanted);
            if (there == null) {
                throw new IllegalArgumentException(
                        "offset %d (expected: %d to %d)"
                                .formatted(wanted, backlog.first(), backlog.end() - 1));
            }
            chunk = there;
            offset = there.firstOffset;
            at = 0;
            ask(backlog.next(there));
        }
        if (!there.isResident()) {
            ask(there);
            return null;
        }
        there.read();
        long address = there.address();
        while (offset < wanted) {
            at += Message.bytesAt(address + at);
            offset++;
        }
        message.at(address + at);
        return message;
    }

    private void ask(@Nullable Chunk wanted) {
        if (wanted != null && !wanted.isResident()) {
            shelf.load(wanted);
        }
    }

    /** The record that must be durable before anybody may see the message found last. */
    public long position() {
        Chunk there = chunk;
        return there == null ? 0 : there.position();
    }
}
