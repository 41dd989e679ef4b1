package dev.millrace.registry.dns.forward;

import dev.millrace.registry.dns.wire.BadMessage;
import dev.millrace.registry.dns.wire.DomainName;
import dev.millrace.registry.dns.wire.Encoder;
import dev.millrace.registry.dns.wire.Query;
import dev.millrace.registry.dns.wire.RecordType;

/**
 * What of a resolver's answer goes on to who asked for something that leads there: addresses and
 * the names that lead to them, spelled out, with a TTL of ours.
 *
 * @param count records
 * @param bytes of them
 */
public record Addresses(int count, byte[] bytes) {
    private static final int RECORDS_MAX = 64;
    private static final int FIELDS_BYTES = 10;

    /** Reads an answer; one that is malformed has none. */
    public static Addresses of(byte[] message, long ttlSeconds) {
        Encoder out = new Encoder(RECORDS_MAX * (2 * DomainName.BYTES_MAX + FIELDS_BYTES));
        try {
            return new Addresses(read(message, ttlSeconds, out), out.copy());
        } catch (BadMessage malformed) {
            return new Addresses(0, new byte[0]);
        }
    }

    private static int read(byte[] message, long ttlSeconds, Encoder out) throws BadMessage {
        int records = Math.min(RECORDS_MAX, shortAt(message, 6));
        int at = DomainName.skip(message, message.length, Query.HEADER_BYTES) + 4;
        int count = 0;
        for (int i = 0; i < records; i++) {
            DomainName owner = DomainName.read(message, message.length, at);
            int fields = DomainName.skip(message, message.length, at);
            int data = fields + FIELDS_BYTES;
            int end = data + shortAt(message, data - 2);
            if (end > message.length) {
                throw new BadMessage("a record's data: cut off");
            }
            if (put(message, shortAt(message, fields), owner, data, end, ttlSeconds, out)) {
                count++;
            }
            at = end;
        }
        return count;
    }

    private static boolean put(
            byte[] message,
            int type,
            DomainName owner,
            int data,
            int end,
            long ttlSeconds,
            Encoder out)
            throws BadMessage {
        boolean address =
                (type == RecordType.A && end - data == 4)
                        || (type == RecordType.AAAA && end - data == 16);
        if (address) {
            out.putBytes(owner.wire());
            out.putFields(type, ttlSeconds, end - data);
            out.putBytes(message, data, end - data);
            return true;
        }
        if (type != RecordType.CNAME) {
            return false;
        }
        DomainName target = DomainName.read(message, message.length, data);
        out.putBytes(owner.wire());
        out.putFields(type, ttlSeconds, target.length());
        out.putBytes(target.wire());
        return true;
    }

    private static int shortAt(byte[] message, int at) throws BadMessage {
        if (at < 0 || at + 2 > message.length) {
            throw new BadMessage("a record: cut off");
        }
        return (message[at] & 0xFF) << 8 | (message[at + 1] & 0xFF);
    }
}
