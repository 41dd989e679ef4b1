package dev.millrace.queue.server;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.room.RoomContext;

import io.netty.channel.EventLoopGroup;

import java.io.IOException;
import java.util.List;

/** A protocol of the queue room. */
public interface QueueProtocol {
    /** Every setting it reads. */
    List<Setting<?>> settings();

    /** Finds what earlier processes left: topics, queues. On the loop, before {@link #listen}. */
    void restore(QueueLoop loop);

    /** Opens its listeners, whose connections run on the loop, the only one of {@code group}. */
    void listen(RoomContext context, QueueLoop loop, EventLoopGroup group)
            throws BadSettings, IOException;

    /** The process stops: nobody is to get anything new. On the loop. */
    default void settle() {}
}
