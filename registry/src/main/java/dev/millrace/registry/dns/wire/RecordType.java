package dev.millrace.registry.dns.wire;

/** Types and classes of records (IANA, "Domain Name System (DNS) Parameters"). */
public final class RecordType {
    public static final int A = 1;
    public static final int NS = 2;
    public static final int CNAME = 5;
    public static final int SOA = 6;
    public static final int PTR = 12;
    public static final int TXT = 16;
    public static final int AAAA = 28;
    public static final int SRV = 33;
    public static final int OPT = 41;
    public static final int IXFR = 251;
    public static final int AXFR = 252;
    public static final int ANY = 255;

    /** The class of the Internet. */
    public static final int CLASS_IN = 1;

    /** Any class; only in questions. */
    public static final int CLASS_ANY = 255;

    private RecordType() {}
}
