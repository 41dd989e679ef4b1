package dev.millrace.queue.amqp.session;

import io.netty.buffer.ByteBuf;

/** The socket of a connection, as the connection sees it. */
public interface Peer {
    /** A buffer for what is to be sent. */
    ByteBuf buffer();

    /**
     * Sends bytes when a record is durable.
     *
     * @param dependsOn the record's position; 0: at once
     */
    void send(ByteBuf bytes, long dependsOn);

    /** Something is to be sent once this change is over. */
    void sendSoon();

    /** False while it takes no more. */
    boolean isWritable();

    /** Nothing is read from it while the connection waits for space, and then what has come is. */
    void suspended(boolean waits);

    /** The client has negotiated heartbeats of so many seconds; 0: none. */
    void heartbeat(int seconds);

    /** The connection is over when all was sent. */
    void closeAfterWrites();

    /** The same, if the client has not answered until then. */
    void closeWithin(long millis);

    /** Who the client is by its TLS certificate; empty: nobody. */
    String certifiedName();
}
