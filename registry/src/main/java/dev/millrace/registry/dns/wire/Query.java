package dev.millrace.registry.dns.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What one message asks. The object is used again for the next message, so that reading allocates
 * nothing; whoever needs it for longer takes a {@link #copy}.
 *
 * <pre>
 * id u16 | flags u16 | questions u16 | answers u16 | authorities u16 | additional u16
 * name | type u16 | class u16                                      the one question
 * name | type u16 | class u16 | ttl u32 | length u16 | data        records, of which OPT is read
 * </pre>
 *
 * Of a question's name nothing may be a pointer: only the header lies before it.
 */
public final class Query {
    /** Bytes before the question. */
    public static final int HEADER_BYTES = 12;

    /** What any client takes by UDP. */
    public static final int UDP_BYTES_LEAST = 512;

    private static final int QUESTION_TAIL_BYTES = 4;
    private static final int RECORD_FIELDS_BYTES = 10;
    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

    /** What has been found. */
    public enum Kind {
        /** One question. */
        QUESTION,
        /** No query at all: an answer, or less than a header. It is left without an answer. */
        NOTHING,
        /** A header, and behind it what cannot be read. */
        MALFORMED,
        /** Something other than a plain query. */
        NOT_IMPLEMENTED,
        /** A version of EDNS that nobody has defined. */
        BAD_VERSION
    }

    private final byte[] bytes =
            new byte[HEADER_BYTES + DomainName.BYTES_MAX + QUESTION_TAIL_BYTES];
    private final byte[] name = new byte[DomainName.BYTES_MAX];
    private final int[] labels = new int[DomainName.LABELS_MAX];
    private Kind kind = Kind.NOTHING;
    private int nameBytes;
    private int labelCount;
    private int type;
    private int recordClass;
    private boolean edns;
    private int udpBytes;
    private boolean dnssecOk;
    private long hash;

    /**
     * Reads a message.
     *
     * @param message of which the first {@code length} bytes count; it is not needed afterwards
     */
    public Kind read(byte[] message, int length) {
        nameBytes = 0;
        labelCount = 0;
        type = 0;
        recordClass = 0;
        hash = 0;
        edns = false;
        dnssecOk = false;
        udpBytes = UDP_BYTES_LEAST;
        kind = found(message, length);
        return kind;
    }

    private Kind found(byte[] message, int length) {
        if (length < HEADER_BYTES) {
            return Kind.NOTHING;
        }
        System.arraycopy(message, 0, bytes, 0, HEADER_BYTES);
        if ((flags() & Flags.ANSWER) != 0) {
            return Kind.NOTHING;
        }
        if ((flags() & Flags.OPCODE) != 0) {
            return Kind.NOT_IMPLEMENTED;
        }
        if (shortAt(message, 4) != 1) {
            return Kind.MALFORMED;
        }
        int end = question(message, length);
        if (end < 0) {
            return Kind.MALFORMED;
        }
        int records = shortAt(message, 6) + shortAt(message, 8);
        int additional = shortAt(message, 10);
        if (records + additional == 0) {
            return end == length ? Kind.QUESTION : Kind.MALFORMED;
        }
        try {
            return records(message, length, end, records, additional);
        } catch (BadMessage malformed) {
            return Kind.MALFORMED;
        }
    }

    /** Where the question ends; less than 0 if it is none. */
    private int question(byte[] message, int length) {
        int at = HEADER_BYTES;
        int labelsSeen = 0;
        while (true) {
            if (at >= length) {
                return -1;
            }
            int label = message[at];
            // A pointer's first byte is negative, and one with a reserved bit is above 63.
            if (label < 0 || label > DomainName.LABEL_BYTES_MAX) {
                return -1;
            }
            if (at + 1 + label - HEADER_BYTES > DomainName.BYTES_MAX - (label == 0 ? 0 : 1)) {
                return -1;
            }
            if (label == 0) {
                break;
            }
            if (at + label >= length) {
                return -1;
            }
            labels[labelsSeen++] = at - HEADER_BYTES;
            at += 1 + label;
        }
        int end = at + 1 + QUESTION_TAIL_BYTES;
        if (end > length) {
            return -1;
        }
        nameBytes = at + 1 - HEADER_BYTES;
        labelCount = labelsSeen;
        lowerCase(message);
        System.arraycopy(
                message, HEADER_BYTES, bytes, HEADER_BYTES, nameBytes + QUESTION_TAIL_BYTES);
        type = shortAt(message, at + 1);
        recordClass = shortAt(message, at + 3);
        hash = hashed();
        return end;
    }

    private void lowerCase(byte[] message) {
        for (int i = 0; i < nameBytes; i++) {
            name[i] = DomainName.lower(message[HEADER_BYTES + i]);
        }
    }

    /** Not for who may choose names at will: it only says where a cache looks first. */
    private long hashed() {
        long mixed = nameBytes * MIX + type;
        int at = 0;
        for (; at + Long.BYTES <= nameBytes; at += Long.BYTES) {
            mixed = Long.rotateLeft((mixed ^ (long) LONG.get(name, at)) * MIX, 29);
        }
        for (; at < nameBytes; at++) {
            mixed = (mixed ^ name[at]) * MIX;
        }
        return mixed ^ mixed >>> 32;
    }

    private Kind records(byte[] message, int length, int start, int before, int additional)
            throws BadMessage {
        boolean badVersion = false;
        int at = start;
        for (int i = 0; i < before + additional; i++) {
            int fields = DomainName.skip(message, length, at);
            int data = fields + RECORD_FIELDS_BYTES;
            if (data > length) {
                throw new BadMessage("a record: cut off");
            }
            int end = data + shortAt(message, data - 2);
            if (end > length) {
                throw new BadMessage("a record's data: cut off");
            }
            if (shortAt(message, fields) == RecordType.OPT) {
                if (edns || i < before || fields != at + 1) {
                    throw new BadMessage("OPT: twice, or not where it belongs");
                }
                options(message, data, end);
                edns = true;
                udpBytes = Math.max(UDP_BYTES_LEAST, shortAt(message, fields + 2));
                badVersion = message[fields + 5] != 0;
                dnssecOk = message[fields + 6] < 0;
            }
            at = end;
        }
        if (at != length) {
            throw new BadMessage("bytes behind the last record");
        }
        return badVersion ? Kind.BAD_VERSION : Kind.QUESTION;
    }

    /** Options of EDNS are of no interest, but each must be whole. */
    private static void options(byte[] message, int start, int end) throws BadMessage {
        int at = start;
        while (at < end) {
            if (at + 4 > end) {
                throw new BadMessage("an option: cut off");
            }
            at += 4 + shortAt(message, at + 2);
        }
        if (at != end) {
            throw new BadMessage("an option: cut off");
        }
    }

    private static int shortAt(byte[] from, int at) {
        return (short) SHORT.get(from, at) & 0xFFFF;
    }

    /** What the last message was. */
    public Kind kind() {
        return kind;
    }

    public int id() {
        return shortAt(bytes, 0);
    }

    /** See {@link Flags}. */
    public int flags() {
        return shortAt(bytes, 2);
    }

    public int type() {
        return type;
    }

    /** The class of records that is asked for. */
    public int recordClass() {
        return recordClass;
    }

    /** Whether it has an OPT record, so that the answer is to have one. */
    public boolean edns() {
        return edns;
    }

    /** The longest answer that is taken by UDP: 512 or more. */
    public int udpBytes() {
        return udpBytes;
    }

    /** Whether it would like signatures. */
    public boolean dnssecOk() {
        return dnssecOk;
    }

    /** A hash of the name, in lower case, and the type. */
    public long hash() {
        return hash;
    }

    /** The name's bytes, in lower case; the first {@link #nameBytes} count. */
    public byte[] name() {
        return name;
    }

    /** 0: no question could be read. */
    public int nameBytes() {
        return nameBytes;
    }

    /** Labels without the root's. */
    public int labels() {
        return labelCount;
    }

    /** A label in lower case, the first of the name is 0. */
    public String label(int index) {
        int at = labels[index];
        return new String(name, at + 1, name[at], StandardCharsets.UTF_8);
    }

    /** Labels {@code from} to before {@code to}, joined by dots. */
    public String labels(int from, int to) {
        StringBuilder joined = new StringBuilder();
        for (int i = from; i < to; i++) {
            joined.append(i > from ? "." : "").append(label(i));
        }
        return joined.toString();
    }

    /** Whether the name's last bytes are this name, whose bytes are in lower case. */
    public boolean isWithin(DomainName suffix) {
        int start = nameBytes - suffix.length();
        if (start < 0
                || !Arrays.equals(name, start, nameBytes, suffix.wire(), 0, suffix.length())) {
            return false;
        }
        int at = 0;
        while (at < start) {
            at += 1 + name[at];
        }
        return at == start;
    }

    /** Whether both ask for the same name and type. */
    public boolean asks(byte[] otherName, int otherType) {
        return type == otherType
                && Arrays.equals(name, 0, nameBytes, otherName, 0, otherName.length);
    }

    /** Writes the question as it was asked, upper and lower case as they were. */
    public void putQuestion(Encoder out) {
        out.putBytes(bytes, HEADER_BYTES, nameBytes + QUESTION_TAIL_BYTES);
    }

    /** Bytes of the question. */
    public int questionBytes() {
        return nameBytes + QUESTION_TAIL_BYTES;
    }

    /** The name as it was asked. */
    public DomainName askedName() {
        return new DomainName(Arrays.copyOfRange(bytes, HEADER_BYTES, HEADER_BYTES + nameBytes));
    }

    /** The same, for whoever goes on when another message has been read. */
    public Query copy() {
        Query copy = new Query();
        System.arraycopy(bytes, 0, copy.bytes, 0, bytes.length);
        System.arraycopy(name, 0, copy.name, 0, nameBytes);
        System.arraycopy(labels, 0, copy.labels, 0, labelCount);
        copy.kind = kind;
        copy.nameBytes = nameBytes;
        copy.labelCount = labelCount;
        copy.type = type;
        copy.recordClass = recordClass;
        copy.edns = edns;
        copy.udpBytes = udpBytes;
        copy.dnssecOk = dnssecOk;
        copy.hash = hash;
        return copy;
    }
}
