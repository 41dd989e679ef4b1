package dev.millrace.registry.dns.forward;

import dev.millrace.registry.dns.wire.BadMessage;
import dev.millrace.registry.dns.wire.DomainName;
import dev.millrace.registry.dns.wire.Encoder;
import dev.millrace.registry.dns.wire.Flags;
import dev.millrace.registry.dns.wire.Query;
import dev.millrace.registry.dns.wire.Rcode;
import dev.millrace.registry.dns.wire.RecordType;

import java.util.Arrays;

/**
 * A question as it is sent to a resolver, and which messages answer it. Its id is drawn anew for
 * each resolver; that and the port are what a forger has to guess (RFC 5452).
 *
 * @param name upper and lower case as they were asked
 * @param flags of the client's that matter to a resolver
 */
public record Question(DomainName name, int type, int flags, boolean edns, boolean dnssecOk) {
    private static final int PASSED =
            Flags.RECURSION_DESIRED | Flags.AUTHENTIC_DATA | Flags.CHECKING_DISABLED;

    /** What comes back in one piece nearly everywhere. */
    private static final int UDP_BYTES = 1_232;

    private static final int DNSSEC_OK = 0x8000;
    private static final int OPT_BYTES = 11;

    /** What a client asks. */
    public static Question of(Query query) {
        return new Question(
                query.askedName(),
                query.type(),
                query.flags() & PASSED,
                query.edns(),
                query.dnssecOk());
    }

    /** A question of our own. */
    public static Question of(DomainName name, int type) {
        return new Question(name, type, Flags.RECURSION_DESIRED, true, false);
    }

    /** The message. */
    byte[] message(int id) {
        Encoder out = new Encoder(Query.HEADER_BYTES + name.length() + 4 + OPT_BYTES);
        out.putShort(id);
        out.putShort(flags);
        out.putShort(1);
        out.putInt(0);
        out.putShort(edns ? 1 : 0);
        out.putBytes(name.wire());
        out.putShort(type);
        out.putShort(RecordType.CLASS_IN);
        if (edns) {
            out.putByte(0);
            out.putShort(RecordType.OPT);
            out.putShort(UDP_BYTES);
            out.putShort(0);
            out.putShort(dnssecOk ? DNSSEC_OK : 0);
            out.putShort(0);
        }
        return out.copy();
    }

    /** Whether a message answers it: an answer, with its id, to this very question. */
    boolean isAnsweredBy(byte[] message, int id) {
        int tail = Query.HEADER_BYTES + name.length();
        return message.length >= tail + 4
                && shortAt(message, 0) == id
                && (shortAt(message, 2) & (Flags.ANSWER | Flags.OPCODE)) == Flags.ANSWER
                && shortAt(message, 4) == 1
                && isName(message)
                && shortAt(message, tail) == type
                && shortAt(message, tail + 2) == RecordType.CLASS_IN;
    }

    private boolean isName(byte[] message) {
        try {
            return DomainName.read(message, Query.HEADER_BYTES + name.length(), Query.HEADER_BYTES)
                    .equals(name);
        } catch (BadMessage other) {
            return false;
        }
    }

    /** Whether a resolver has done its work: the name is there, or it is known that it is not. */
    static boolean isDone(byte[] message) {
        int rcode = shortAt(message, 2) & Flags.RCODE;
        return rcode == Rcode.NOERROR || rcode == Rcode.NXDOMAIN;
    }

    /** Whether there is more, by TCP. */
    static boolean isTruncated(byte[] message) {
        return (shortAt(message, 2) & Flags.TRUNCATED) != 0;
    }

    /** Puts the client's own question into an answer to it, for its upper and lower case. */
    byte[] echoed(byte[] message) {
        byte[] copy = Arrays.copyOf(message, message.length);
        System.arraycopy(name.wire(), 0, copy, Query.HEADER_BYTES, name.length());
        return copy;
    }

    private static int shortAt(byte[] from, int at) {
        return (from[at] & 0xFF) << 8 | (from[at + 1] & 0xFF);
    }
}
