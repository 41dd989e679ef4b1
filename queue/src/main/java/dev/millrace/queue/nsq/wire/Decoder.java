package dev.millrace.queue.nsq.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Finds the commands in what a client sends. One for each connection; it keeps where it is, not the
 * bytes, which stay in the caller's buffer until a command is whole.
 *
 * <pre>
 *   MAGIC  ──right──▶ LINE ──no body──▶ BODY (0 bytes) ──▶ performed, LINE
 *                       └──▶ LENGTH ───▶ BODY ────────────▶ performed, LINE
 * </pre>
 *
 * <p>A command's line is looked at before its body has come, and so is the body's length, so that
 * what is refused anyway need not be received.
 *
 * @see <a href="https://nsq.io/clients/tcp_protocol_spec.html">TCP Protocol Spec</a>
 */
public final class Decoder {
    /** What a client of nsqd says first. */
    public static final String NSQD = "  V2";

    /** What an nsqd says first to nsqlookupd. */
    public static final String LOOKUP = "  V1";

    private final Commands commands;
    private final int magic;
    private final Line line = new Line();
    private State state = State.MAGIC;
    private Body body = Body.NONE;
    private int bodyBytes;

    /** Where in the stream it is. */
    private enum State {
        MAGIC,
        LINE,
        LENGTH,
        BODY
    }

    /** What is done with commands. */
    public interface Commands {
        /**
         * A line has come.
         *
         * @return what must follow it
         * @throws Refusal when it can be refused already
         */
        Body begin(Line line) throws Refusal;

        /**
         * The command is whole.
         *
         * @param body lent for the call; empty for {@link Body#NONE}
         * @return false if it cannot be done now, and nothing was done: the next step brings it
         *     again
         */
        boolean perform(Line line, ByteBuf body) throws Refusal;
    }

    /** What comes of a look at a buffer. */
    public enum Step {
        /** Something was taken from it. */
        TAKEN,
        /** It wants more than the buffer has. */
        PARTIAL,
        /** A command could not be done now. */
        DELAYED,
        /** A line without an end: the connection ends. */
        ENDLESS
    }

    /**
     * @param magic what comes first: {@link #NSQD} or {@link #LOOKUP}
     */
    public Decoder(Commands commands, String magic) {
        this.commands = commands;
        this.magic = (int) Line.packed(magic);
    }

    /**
     * Takes the next piece from a buffer, and performs the command if it was its last.
     *
     * @throws Refusal by the command; unless it is closing, the next step goes on behind it
     */
    public Step step(ByteBuf in) throws Refusal {
        return switch (state) {
            case MAGIC -> magic(in);
            case LINE -> line(in);
            case LENGTH -> length(in);
            case BODY -> body(in);
        };
    }

    private Step magic(ByteBuf in) throws Refusal {
        if (in.readableBytes() < Integer.BYTES) {
            return Step.PARTIAL;
        }
        if (in.readInt() != magic) {
            throw Refusal.closing("E_BAD_PROTOCOL", "");
        }
        state = State.LINE;
        return Step.TAKEN;
    }

    private Step line(ByteBuf in) throws Refusal {
        int searched = Math.min(in.readableBytes(), Line.BYTES_MAX + 1);
        int length = in.bytesBefore(searched, (byte) '\n');
        if (length < 0) {
            return searched > Line.BYTES_MAX ? Step.ENDLESS : Step.PARTIAL;
        }
        line.read(in, length);
        body = commands.begin(line);
        bodyBytes = 0;
        state = body.isNone() ? State.BODY : State.LENGTH;
        return Step.TAKEN;
    }

    private Step length(ByteBuf in) throws Refusal {
        if (in.readableBytes() < Integer.BYTES) {
            return Step.PARTIAL;
        }
        bodyBytes = in.readInt();
        body.check(bodyBytes);
        state = State.BODY;
        return Step.TAKEN;
    }

    private Step body(ByteBuf in) throws Refusal {
        if (in.readableBytes() < bodyBytes) {
            return Step.PARTIAL;
        }
        int start = in.readerIndex();
        ByteBuf content = bodyBytes == 0 ? Unpooled.EMPTY_BUFFER : in.slice(start, bodyBytes);
        state = State.LINE;
        in.skipBytes(bodyBytes);
        if (commands.perform(line, content)) {
            return Step.TAKEN;
        }
        state = State.BODY;
        in.readerIndex(start);
        return Step.DELAYED;
    }
}
