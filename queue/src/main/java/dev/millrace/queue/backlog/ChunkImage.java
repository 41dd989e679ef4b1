package dev.millrace.queue.backlog;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.queue.effect.EffectReader;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * A chunk as it was at the cut of a checkpoint. What is in no file is pinned; the bytes before
 * {@code bytes} do not change any more.
 *
 * <pre>
 * backlog, first offset, count, bytes, sealed u8, file and position if sealed, content follows u8, content
 * </pre>
 */
public final class ChunkImage {
    private final long backlog;
    private final long firstOffset;
    private final int count;
    private final int bytes;
    private final boolean sealed;
    private final int file;
    private final long filePosition;
    private final @Nullable Extent content;

    private ChunkImage(Chunk chunk) {
        this.backlog = chunk.backlog.id();
        this.firstOffset = chunk.firstOffset;
        this.count = chunk.count();
        this.bytes = chunk.bytes();
        this.sealed = chunk.isSealed();
        this.file = chunk.file;
        this.filePosition = chunk.filePosition;
        Extent pinned = chunk.isInFile() ? null : chunk.resident();
        if (pinned != null) {
            pinned.pin();
        }
        this.content = pinned;
    }

    /** The live chunks of a backlog; let go of each. */
    public static List<ChunkImage> of(Backlog backlog) {
        List<ChunkImage> images = new ArrayList<>();
        for (Chunk chunk : backlog.live()) {
            images.add(new ChunkImage(chunk));
        }
        return images;
    }

    /** Under the store's lock. */
    public void letGo() {
        if (content != null) {
            content.unpin();
        }
    }

    /** Without the lock. */
    public void put(NativeBuffer out) {
        out.putVarint(backlog);
        out.putVarint(firstOffset);
        out.putVarint(count);
        out.putVarint(bytes);
        out.putByte(sealed ? 1 : 0);
        if (sealed) {
            out.putVarint(file);
            out.putVarint(filePosition);
        }
        out.putByte(content == null ? 0 : 1);
        if (content != null) {
            out.put(content.address(), bytes);
        }
    }

    /** Puts a chunk back behind those of its backlog; its number was read. */
    public static void restore(Backlog backlog, EffectReader in, Shelf shelf) {
        long firstOffset = in.varint();
        int count = (int) in.varint();
        int bytes = (int) in.varint();
        boolean sealed = in.unsignedByte() == 1;
        int file = sealed ? (int) in.varint() : -1;
        long filePosition = sealed ? in.varint() : 0;
        Chunk chunk;
        if (in.unsignedByte() == 0) {
            chunk = Chunk.inFile(backlog, firstOffset, count, bytes);
        } else {
            chunk = new Chunk(backlog, firstOffset);
            long content = in.skip(bytes);
            Memory.copy(content, chunk.room(shelf.memory(), bytes), bytes);
            chunk.added(bytes, count);
            if (sealed) {
                chunk.seal();
            }
        }
        chunk.file = file;
        chunk.filePosition = filePosition;
        backlog.restore(chunk);
        shelf.restored(chunk);
    }

    /** {@code id, end, file, position in it}. */
    public static void putBacklog(Backlog backlog, NativeBuffer out) {
        out.putVarint(backlog.id());
        out.putVarint(backlog.end());
        out.putVarint(backlog.file());
        out.putVarint(backlog.filePosition());
    }

    /** What {@link #putBacklog} has written, behind the id. */
    public static void restoreBacklog(Backlog backlog, EffectReader in) {
        backlog.restore(in.varint(), (int) in.varint(), in.varint());
    }
}
