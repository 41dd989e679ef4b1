package dev.millrace.events.grpc;

import dev.millrace.events.wire.MessageWriter;

import io.netty.buffer.ByteBuf;

import java.net.InetSocketAddress;

/** One call of a client, as those who serve it see it. On its loop. */
public interface Call {
    /** A request's header, or an empty text. */
    String header(String name);

    /** The address by which the client has come. */
    InetSocketAddress local();

    /**
     * A buffer for a message, or for some of them ({@link MessageWriter#beginPrefixed} before
     * each).
     *
     * @param bytesExpected about how many they are; it grows
     */
    ByteBuf buffer(int bytesExpected);

    /** Sends what messages were put into a buffer, which is the call's from here on. */
    void send(ByteBuf messages);

    /** False while the client takes less than it was sent. */
    boolean isWritable();

    /** Stops reading from the client, or goes on with it. */
    void suspended(boolean waits);

    /** Ends the call; once. */
    void end(Status status);

    /** True if the call has ended, whoever ended it. */
    boolean isOver();
}
