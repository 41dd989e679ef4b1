package dev.millrace.queue.amqp.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The properties of a message, as they came (specification, section 4.2.6.1): they are kept and
 * delivered as bytes, and only what decides something is looked at.
 *
 * <pre>
 * flags u16 (a bit for each that is there, the first the highest) | properties in that order
 * </pre>
 */
public final class Properties {
    private static final int HEADERS = 2;
    private static final int DELIVERY_MODE = 3;
    private static final int PRIORITY = 4;
    private static final int REPLY_TO = 6;
    private static final int EXPIRATION = 7;
    private static final int USER_ID = 11;
    private static final int COUNT = 14;

    /** Of each property: s a short text, T a table, o an octet, t a time. */
    private static final String FORMS = "ssToosssstssss";

    private static final int FLAGS_BYTES = 2;

    /** No property at all. */
    public static final Properties NONE = new Properties(new byte[FLAGS_BYTES]);

    private final byte[] raw;

    /** Where each property begins; {@code at[i + 1]} is where it ends. */
    private final int[] at = new int[COUNT + 1];

    private Properties(byte[] raw) {
        this.raw = raw;
        int position = FLAGS_BYTES;
        for (int i = 0; i < COUNT; i++) {
            at[i] = position;
            if (has(i)) {
                position = skip(FORMS.charAt(i), position);
            }
        }
        at[COUNT] = position;
        if (position != raw.length || (flags() & 3) != 0) {
            throw malformed();
        }
    }

    /**
     * Takes what stands behind a content header's fixed fields.
     *
     * @throws AmqpError if these are no properties
     */
    public static Properties of(byte[] raw) {
        if (raw.length < FLAGS_BYTES) {
            throw malformed();
        }
        return new Properties(raw);
    }

    private static AmqpError malformed() {
        return AmqpError.frameError("malformed properties in a content header");
    }

    private int skip(char form, int position) {
        long end =
                switch (form) {
                    case 's' -> position + 1L + unsigned(position);
                    case 'T' -> position + 4L + length(position);
                    case 't' -> position + 8L;
                    default -> position + 1L;
                };
        if (end > raw.length) {
            throw malformed();
        }
        return (int) end;
    }

    private int unsigned(int position) {
        if (position >= raw.length) {
            throw malformed();
        }
        return raw[position] & 0xff;
    }

    private long length(int position) {
        return (long) unsigned(position) << 24
                | (long) unsigned(position + 1) << 16
                | (long) unsigned(position + 2) << 8
                | unsigned(position + 3);
    }

    private int flags() {
        return (raw[0] & 0xff) << 8 | raw[1] & 0xff;
    }

    private boolean has(int property) {
        return (flags() & 0x8000 >>> property) != 0;
    }

    /** As they came; not to be changed. */
    public byte[] raw() {
        return raw;
    }

    // ---- What decides something

    /** True if it shall survive a restart. */
    public boolean isPersistent() {
        return has(DELIVERY_MODE) && raw[at[DELIVERY_MODE]] == 2;
    }

    /** 0 to 255; 0 if it says none. */
    public int priority() {
        return has(PRIORITY) ? raw[at[PRIORITY]] & 0xff : 0;
    }

    /** After how many ms it shall be gone, as the publisher wrote it. */
    public Optional<String> expiration() {
        return text(EXPIRATION);
    }

    public Optional<String> replyTo() {
        return text(REPLY_TO);
    }

    public Optional<String> userId() {
        return text(USER_ID);
    }

    private Optional<String> text(int property) {
        if (!has(property)) {
            return Optional.empty();
        }
        int start = at[property] + 1;
        return Optional.of(
                new String(raw, start, at[property + 1] - start, StandardCharsets.UTF_8));
    }

    public boolean hasHeaders() {
        return has(HEADERS);
    }

    /**
     * False if no header of that name can be among the headers, without reading them.
     *
     * @param name of one-byte characters
     */
    public boolean mayHaveHeader(String name) {
        if (!has(HEADERS)) {
            return false;
        }
        int last = at[HEADERS + 1] - name.length();
        for (int start = at[HEADERS] + Integer.BYTES; start <= last; start++) {
            if (standsAt(start, name)) {
                return true;
            }
        }
        return false;
    }

    private boolean standsAt(int start, String name) {
        for (int i = 0; i < name.length(); i++) {
            if (raw[start + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The headers; an empty table if there are none.
     *
     * @throws AmqpError if they are no table
     */
    public Table headers() {
        if (!has(HEADERS)) {
            return Table.EMPTY;
        }
        int start = at[HEADERS];
        return new WireReader(Unpooled.wrappedBuffer(raw, start, at[HEADERS + 1] - start)).table();
    }

    // ---- Changes

    /** The same with other headers. */
    public Properties withHeaders(Table headers) {
        ByteBuf out = Unpooled.buffer();
        new WireWriter(out).table(headers);
        return with(HEADERS, bytes(out));
    }

    public Properties withReplyTo(String queue) {
        ByteBuf out = Unpooled.buffer();
        new WireWriter(out).shortText(queue);
        return with(REPLY_TO, bytes(out));
    }

    public Properties withoutExpiration() {
        return has(EXPIRATION) ? with(EXPIRATION, null) : this;
    }

    private static byte[] bytes(ByteBuf out) {
        return Arrays.copyOf(out.array(), out.writerIndex());
    }

    private Properties with(int property, byte @Nullable [] value) {
        int bit = 0x8000 >>> property;
        int flags = value == null ? flags() & ~bit : flags() | bit;
        byte[] put = value == null ? new byte[0] : value;
        ByteBuf out = Unpooled.buffer(raw.length + put.length);
        out.writeShort(flags);
        out.writeBytes(raw, FLAGS_BYTES, at[property] - FLAGS_BYTES);
        out.writeBytes(put);
        int rest = has(property) ? at[property + 1] : at[property];
        out.writeBytes(raw, rest, raw.length - rest);
        return new Properties(bytes(out));
    }
}
