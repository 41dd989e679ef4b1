package dev.millrace.events.log;

import dev.millrace.kernel.memory.Memory;

import java.util.zip.CRC32C;

/**
 * An event as it lies in memory and in files (docs/decisions/event-storage.md).
 *
 * <pre>
 * bytes u32 | crc32c u32 | position u64 | revision u64 | id 2 x u64 | created, 100 ns, u64 | stream u32 | type bytes u16 | flags u16 | meta bytes u32
 * | type | meta | data
 * </pre>
 *
 * <p>Times are in units of 100 ns since 1970. The sum is there in files only.
 */
public final class Event {
    public static final int HEADER_BYTES = 60;

    /** The data is JSON. */
    public static final int JSON = 1;

    /** The longest name of a type. */
    public static final int TYPE_BYTES_MAX = 0xffff;

    private static final int CRC = 4;
    private static final int POSITION = 8;
    private static final int REVISION = 16;
    private static final int ID_HIGH = 24;
    private static final int ID_LOW = 32;
    private static final int CREATED = 40;
    private static final int STREAM = 48;
    private static final int TYPE_BYTES = 52;
    private static final int FLAGS = 54;
    private static final int META_BYTES = 56;

    private Event() {}

    /** What an event consists of before the log has it; addresses are the caller's. */
    public record Draft(
            long idHigh,
            long idLow,
            long created,
            int flags,
            long type,
            int typeBytes,
            long meta,
            int metaBytes,
            long data,
            int dataBytes) {
        /** As it lies in memory. */
        public long bytes() {
            return (long) HEADER_BYTES + typeBytes + metaBytes + dataBytes;
        }
    }

    static void write(long at, int stream, long revision, long position, Draft draft) {
        Memory.putInt(at, Math.toIntExact(draft.bytes()));
        Memory.putInt(at + CRC, 0);
        Memory.putLong(at + POSITION, position);
        Memory.putLong(at + REVISION, revision);
        Memory.putLong(at + ID_HIGH, draft.idHigh());
        Memory.putLong(at + ID_LOW, draft.idLow());
        Memory.putLong(at + CREATED, draft.created());
        Memory.putInt(at + STREAM, stream);
        Memory.putShort(at + TYPE_BYTES, draft.typeBytes());
        Memory.putShort(at + FLAGS, draft.flags());
        Memory.putInt(at + META_BYTES, draft.metaBytes());
        long to = at + HEADER_BYTES;
        Memory.copy(draft.type(), to, draft.typeBytes());
        Memory.copy(draft.meta(), to + draft.typeBytes(), draft.metaBytes());
        Memory.copy(draft.data(), to + draft.typeBytes() + draft.metaBytes(), draft.dataBytes());
    }

    /** The sum of what stands behind it. */
    static int crc(long at) {
        CRC32C crc = new CRC32C();
        crc.update(Memory.buffer(at + POSITION, bytes(at) - POSITION));
        return (int) crc.getValue();
    }

    static void putCrc(long at, int crc) {
        Memory.putInt(at + CRC, crc);
    }

    /** True if the sum is there and right. */
    static boolean isWhole(long at) {
        return Memory.getInt(at + CRC) == crc(at);
    }

    public static int bytes(long at) {
        return Memory.getInt(at);
    }

    /** Its number in the order of the log, from 1 on. */
    public static long position(long at) {
        return Memory.getLong(at + POSITION);
    }

    /** Its number in its stream, from 0 on. */
    public static long revision(long at) {
        return Memory.getLong(at + REVISION);
    }

    public static long idHigh(long at) {
        return Memory.getLong(at + ID_HIGH);
    }

    public static long idLow(long at) {
        return Memory.getLong(at + ID_LOW);
    }

    /** When it was appended, 100 ns since 1970. */
    public static long created(long at) {
        return Memory.getLong(at + CREATED);
    }

    /** The number of its stream. */
    public static int stream(long at) {
        return Memory.getInt(at + STREAM);
    }

    public static int flags(long at) {
        return Memory.getUnsignedShort(at + FLAGS);
    }

    public static long type(long at) {
        return at + HEADER_BYTES;
    }

    public static int typeBytes(long at) {
        return Memory.getUnsignedShort(at + TYPE_BYTES);
    }

    public static long meta(long at) {
        return type(at) + typeBytes(at);
    }

    public static int metaBytes(long at) {
        return Memory.getInt(at + META_BYTES);
    }

    public static long data(long at) {
        return meta(at) + metaBytes(at);
    }

    public static int dataBytes(long at) {
        return bytes(at) - HEADER_BYTES - typeBytes(at) - metaBytes(at);
    }

    /** The draft that would make the same event again. */
    public static Draft draft(long at) {
        return new Draft(
                idHigh(at),
                idLow(at),
                created(at),
                flags(at),
                type(at),
                typeBytes(at),
                meta(at),
                metaBytes(at),
                data(at),
                dataBytes(at));
    }
}
