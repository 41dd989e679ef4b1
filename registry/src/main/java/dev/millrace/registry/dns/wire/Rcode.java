package dev.millrace.registry.dns.wire;

/** How a question was answered (RFC 1035 section 4.1.1, RFC 6891 section 9). */
public final class Rcode {
    public static final int NOERROR = 0;
    public static final int FORMERR = 1;
    public static final int SERVFAIL = 2;
    public static final int NXDOMAIN = 3;
    public static final int NOTIMP = 4;
    public static final int REFUSED = 5;

    /** More than the four bits of the header: the others are in the OPT record. */
    public static final int BADVERS = 16;

    private Rcode() {}
}
