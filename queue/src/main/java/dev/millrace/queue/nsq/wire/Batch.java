package dev.millrace.queue.nsq.wire;

import io.netty.buffer.ByteBuf;

/**
 * The body of an MPUB, over TCP and over HTTP:
 *
 * <pre>
 * messages u32 | ( bytes u32 | message )...
 * </pre>
 *
 * @see <a href="https://nsq.io/clients/tcp_protocol_spec.html#mpub">MPUB</a>
 */
public final class Batch {
    /** A message of one byte, and its length. */
    private static final int MESSAGE_BYTES_MIN = Integer.BYTES + 1;

    private Batch() {}

    /** Takes a batch's messages. */
    @FunctionalInterface
    public interface Taker {
        /**
         * The next message.
         *
         * @param bytes how many, at least 1; they stand where the buffer's reader does, and are
         *     skipped afterwards whether or not they were read
         */
        void message(ByteBuf from, int bytes);
    }

    /**
     * Looks through a whole batch, and leaves the buffer's reader where it was.
     *
     * @param messageBytesMax a message is at most so long
     * @param bodyBytesMax a batch is at most so long
     * @return how many messages it has
     * @throws Refusal when any of it is wrong
     */
    public static int check(ByteBuf body, int messageBytesMax, int bodyBytesMax) throws Refusal {
        if (body.readableBytes() < Integer.BYTES) {
            throw Refusal.closing("E_BAD_BODY", "MPUB failed to read message count");
        }
        int at = body.readerIndex();
        int count = body.getInt(at);
        if (count <= 0 || count > (bodyBytesMax - Integer.BYTES) / MESSAGE_BYTES_MIN) {
            throw Refusal.closing("E_BAD_BODY", "MPUB invalid message count " + count);
        }
        at += Integer.BYTES;
        for (int i = 0; i < count; i++) {
            at += Integer.BYTES + messageBytes(body, at, i, messageBytesMax);
        }
        if (at != body.writerIndex()) {
            // nsqd would take the rest for the next command.
            throw Refusal.closing("E_BAD_BODY", "MPUB invalid body size " + body.readableBytes());
        }
        return count;
    }

    private static int messageBytes(ByteBuf body, int at, int index, int bytesMax) throws Refusal {
        if (body.writerIndex() - at < Integer.BYTES) {
            throw Refusal.closing(
                    "E_BAD_MESSAGE", "MPUB failed to read message(" + index + ") body size");
        }
        int bytes = body.getInt(at);
        if (bytes <= 0) {
            throw Refusal.closing(
                    "E_BAD_MESSAGE", "MPUB invalid message(" + index + ") body size " + bytes);
        }
        if (bytes > bytesMax) {
            throw Refusal.closing(
                    "E_BAD_MESSAGE", "MPUB message too big " + bytes + " > " + bytesMax);
        }
        if (body.writerIndex() - at - Integer.BYTES < bytes) {
            throw Refusal.closing("E_BAD_MESSAGE", "MPUB failed to read message body");
        }
        return bytes;
    }

    /** Gives the messages of a batch that {@link #check} found good, in order. */
    public static void forEach(ByteBuf body, Taker taker) {
        int count = body.readInt();
        for (int i = 0; i < count; i++) {
            int bytes = body.readInt();
            int end = body.readerIndex() + bytes;
            taker.message(body, bytes);
            body.readerIndex(end);
        }
    }
}
