package dev.millrace.registry.dns.wire;

/** Bits of a message's second 16 (RFC 1035 section 4.1.1, RFC 4035 section 3). */
public final class Flags {
    /** It is an answer. */
    public static final int ANSWER = 0x8000;

    /** What is asked: 0, a plain query. */
    public static final int OPCODE = 0x7800;

    public static final int AUTHORITATIVE = 0x0400;

    /** There is more than was sent. */
    public static final int TRUNCATED = 0x0200;

    public static final int RECURSION_DESIRED = 0x0100;
    public static final int RECURSION_AVAILABLE = 0x0080;
    public static final int AUTHENTIC_DATA = 0x0020;
    public static final int CHECKING_DISABLED = 0x0010;
    public static final int RCODE = 0x000F;

    private Flags() {}
}
