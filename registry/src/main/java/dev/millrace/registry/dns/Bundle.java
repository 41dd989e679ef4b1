package dev.millrace.registry.dns;

import dev.millrace.registry.dns.wire.Encoder;
import dev.millrace.registry.dns.wire.RecordType;

import java.util.List;

/**
 * Records that are answered together or not at all, as bytes that can stand anywhere in a message
 * whose question is in its place: their owner's name is a pointer to the question's, or spelled
 * out.
 *
 * @param records bytes
 * @param count how many records they are
 * @param target where in those bytes the name stands that the extras are about; 0: there are none
 * @param host a number that is the same for bundles with the same target, whose extras are sent
 *     once
 * @param extras what is known of the target, for the additional section
 */
record Bundle(byte[] records, int count, int target, int host, List<Extra> extras) {
    /** Where the question's name stands in every message. */
    static final int QUESTION = 12;

    /** Name, type, class, TTL, length, priority, weight, port. */
    private static final int SRV_TARGET = 18;

    /**
     * One record, whose owner is the target of its bundle, then its bytes begin behind that name;
     * or another, then they begin with it.
     */
    record Extra(boolean ofTarget, byte[] bytes) {}

    Bundle {
        extras = List.copyOf(extras);
    }

    /** Records without extras. */
    static Bundle of(int count, byte[] records) {
        return new Bundle(records, count, 0, 0, List.of());
    }

    /** One record of the question's name. */
    static byte[] record(int type, long ttlSeconds, byte[] data) {
        Encoder out = new Encoder(12 + data.length);
        out.putPointer(QUESTION);
        out.putFields(type, ttlSeconds, data.length);
        out.putBytes(data);
        return out.array();
    }

    /** One record of another name. */
    static byte[] record(byte[] owner, int type, long ttlSeconds, byte[] data) {
        Encoder out = new Encoder(owner.length + 10 + data.length);
        out.putBytes(owner);
        out.putFields(type, ttlSeconds, data.length);
        out.putBytes(data);
        return out.array();
    }

    /** What {@link #record} has behind the owner's name. */
    static byte[] unowned(int type, long ttlSeconds, byte[] data) {
        return record(new byte[0], type, ttlSeconds, data);
    }

    /** A service's place (RFC 2782); the target's name may not be compressed. */
    static Bundle service(
            long ttlSeconds, int weight, int port, byte[] target, int host, List<Extra> extras) {
        Encoder data = new Encoder(6 + target.length);
        data.putShort(1);
        data.putShort(weight);
        data.putShort(port);
        data.putBytes(target);
        return new Bundle(
                record(RecordType.SRV, ttlSeconds, data.array()), 1, SRV_TARGET, host, extras);
    }

    /** Bytes of heap, about. */
    int weight() {
        int sum = 64 + records.length;
        for (Extra extra : extras) {
            sum += 48 + extra.bytes.length;
        }
        return sum;
    }
}
