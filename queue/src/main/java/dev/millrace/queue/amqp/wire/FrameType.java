package dev.millrace.queue.amqp.wire;

/** The first octet of a frame (specification, section 2.3.5). */
public final class FrameType {
    public static final int METHOD = 1;
    public static final int HEADER = 2;
    public static final int BODY = 3;
    public static final int HEARTBEAT = 8;

    /** The last octet of every frame. */
    public static final int END = 0xce;

    /** Type, channel and size. */
    public static final int HEADER_BYTES = 7;

    /** What a frame takes beside its payload. */
    public static final int EMPTY_BYTES = 8;

    /** No peer may negotiate a smaller {@code frame-max}. */
    public static final int FRAME_MIN_BYTES = 4096;

    private FrameType() {}
}
