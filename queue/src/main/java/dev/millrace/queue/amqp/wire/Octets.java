package dev.millrace.queue.amqp.wire;

import io.netty.buffer.ByteBuf;

/** Bytes as RabbitMQ's reply texts show them, which is as Erlang prints binaries. */
public final class Octets {
    private static final int SNIPPET = 16;

    /** No reply text is longer than a short text, which is cut there anyhow. */
    private static final int LISTED_MAX = 128;

    private Octets() {}

    /** As numbers: {@code <<0,255>>}. */
    public static String listed(ByteBuf bytes) {
        StringBuilder text = new StringBuilder("<<");
        int shown = Math.min(LISTED_MAX, bytes.readableBytes());
        for (int i = 0; i < shown; i++) {
            text.append(i == 0 ? "" : ",").append(at(bytes, i));
        }
        return text.append(">>").toString();
    }

    /** How many of a payload's there are, and the first: {@code all octets = <<"abc">>}. */
    public static String snippet(ByteBuf payload) {
        boolean all = payload.readableBytes() <= SNIPPET;
        ByteBuf first =
                payload.slice(payload.readerIndex(), Math.min(SNIPPET, payload.readableBytes()));
        return (all ? "all" : "first " + SNIPPET) + " octets = " + printed(first);
    }

    /** As text where they are such. */
    private static String printed(ByteBuf bytes) {
        if (!bytes.isReadable()) {
            return "<<>>";
        }
        StringBuilder text = new StringBuilder("<<\"");
        for (int i = 0; i < bytes.readableBytes(); i++) {
            int octet = at(bytes, i);
            if (octet < ' ' || octet > '~') {
                return listed(bytes);
            }
            text.append(octet == '"' || octet == '\\' ? "\\" : "").append((char) octet);
        }
        return text.append("\">>").toString();
    }

    private static int at(ByteBuf bytes, int index) {
        return bytes.getUnsignedByte(bytes.readerIndex() + index);
    }
}
