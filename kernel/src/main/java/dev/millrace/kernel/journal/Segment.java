package dev.millrace.kernel.journal;

import dev.millrace.kernel.memory.Memory;

import java.io.IOException;
import java.util.Locale;

/**
 * One file of the journal. It is prepared as zeros, becomes the active one when its header gets a
 * first position, is sealed when it is full, and is unmapped once it is synced.
 *
 * <pre>
 *  0  u64  magic, which also tells the byte order
 *  8  u32  format version
 * 12  u32  shard
 * 16  u64  index, as in the file's name
 * 24  u64  first position
 * 32  u64  hash of the boot id of the machine it was written on
 * 40  u64  time it became active, ms since 1970
 * 48  u32  CRC32C of the 48 bytes before
 * 64       frames
 * </pre>
 */
final class Segment {
    static final int HEADER_BYTES = 64;
    static final int VERSION = 1;
    private static final long MAGIC = 0x4C4E_524A_4C4C_494DL; // "MILLJRNL", least significant first
    private static final int CHECKED_BYTES = 48;
    private static final long POSITION_MAX = 1L << 62;
    private static final String SUFFIX = ".seg";

    final long index;
    final Disk.File file;
    private final long address;
    final long bytes;
    private boolean closed;

    /** Offset behind the last frame. */
    long used = HEADER_BYTES;

    long firstPosition;

    /** Of the last frame in it; {@code firstPosition - 1} while there is none. */
    long lastPosition;

    Segment(long index, Disk.File file) throws IOException {
        this.index = index;
        this.file = file;
        this.bytes = file.bytes();
        this.address = file.map().address();
    }

    static String name(long index) {
        return String.format(Locale.ROOT, "%010d%s", index, SUFFIX);
    }

    /** The index in a file's name, or -1 for a foreign file. */
    static long indexOf(String name) {
        if (name.length() != 10 + SUFFIX.length() || !name.endsWith(SUFFIX)) {
            return -1;
        }
        String digits = name.substring(0, 10);
        return digits.chars().allMatch(c -> c >= '0' && c <= '9') ? Long.parseLong(digits) : -1;
    }

    String name() {
        return name(index);
    }

    void activate(long firstPosition, long bootHash, long nowMillis) {
        this.firstPosition = firstPosition;
        this.lastPosition = firstPosition - 1;
        writeHeader(address, index, firstPosition, bootHash, nowMillis);
    }

    static void writeHeader(
            long at, long index, long firstPosition, long bootHash, long nowMillis) {
        Memory.putInt(at + 8, VERSION);
        Memory.putInt(at + 12, 0);
        Memory.putLong(at + 16, index);
        Memory.putLong(at + 24, firstPosition);
        Memory.putLong(at + 32, bootHash);
        Memory.putLong(at + 40, nowMillis);
        Memory.putLong(at, MAGIC);
        Memory.putInt(at + CHECKED_BYTES, Frame.crc(at, CHECKED_BYTES));
    }

    enum Header {
        WHOLE,
        UNUSED,
        BROKEN
    }

    /** Reads the header of an existing file. */
    Header readHeader(Disk disk) {
        if (bytes < HEADER_BYTES) {
            return bytes == 0 || zerosFrom(0) == bytes ? Header.UNUSED : Header.BROKEN;
        }
        if (Memory.getLong(address) == Long.reverseBytes(MAGIC)) {
            throw new CorruptJournalException(
                    where(disk, 0)
                            + ": written on a machine of the other byte order; start it on such a"
                            + " one");
        }
        boolean good =
                Memory.getLong(address) == MAGIC
                        && Memory.getInt(address + 48) == Frame.crc(address, CHECKED_BYTES);
        if (!good) {
            return zerosFrom(0) == bytes ? Header.UNUSED : Header.BROKEN;
        }
        int version = Memory.getInt(address + 8);
        if (version > VERSION) {
            throw new NewerFormatException(where(disk, 8), version, VERSION);
        }
        long first = Memory.getLong(address + 24);
        if (first < 1 || first > POSITION_MAX) {
            return Header.BROKEN;
        }
        if (first != firstPosition) {
            firstPosition = first;
            lastPosition = first - 1;
        }
        return Header.WHOLE;
    }

    long bootHash() {
        return Memory.getLong(address + 32);
    }

    /** The first offset at or after {@code from} that is not zero, or {@link #bytes}. */
    long zerosFrom(long from) {
        long at = from;
        for (; at + 8 <= bytes; at += 8) {
            if (Memory.getLong(address + at) != 0) {
                return at;
            }
        }
        for (; at < bytes; at++) {
            if (Memory.getByte(address + at) != 0) {
                return at;
            }
        }
        return bytes;
    }

    /** The offset behind the last byte that is not zero, rounded up to eight. */
    long dataEnd() {
        long at = bytes;
        while (at - 8 >= used && Memory.getLong(address + at - 8) == 0) {
            at -= 8;
        }
        return at;
    }

    String where(Disk disk, long offset) {
        return disk + "/" + name() + " at offset " + offset;
    }

    long address(long offset) {
        assert !closed;
        return address + offset;
    }

    long left() {
        return bytes - used;
    }

    /** Writes the next frame. The caller has seen to it that it fits. */
    void append(long body, int bodyBytes, int bodyCrc, long position, boolean more) {
        long frameBytes = Frame.bytes(bodyBytes);
        assert frameBytes <= left() : frameBytes + " > " + left();
        Frame.write(address + used, body, bodyBytes, bodyCrc, position, more);
        used += frameBytes;
        lastPosition = position;
    }

    /**
     * Syncs it. The file's size is looked at as well: stores to a mapping behind a file's end go
     * nowhere, some of them without a fault.
     */
    void force() throws IOException {
        long now = file.bytes();
        if (now < bytes) {
            throw new IOException(
                    name() + ": " + now + " bytes (expected: " + bytes + "): somebody has cut it");
        }
        file.force();
    }

    void close() throws IOException {
        if (!closed) {
            closed = true;
            file.close();
        }
    }

    /** What stays known of a segment after it is unmapped. */
    record Sealed(long index, long firstPosition, long lastPosition, long used) {
        String name() {
            return Segment.name(index);
        }
    }

    Sealed sealed() {
        return new Sealed(index, firstPosition, lastPosition, used);
    }

    @Override
    public String toString() {
        return name() + " [" + firstPosition + ".." + lastPosition + "]";
    }

    /** Opens the file of a segment for reading. */
    static Segment read(Disk disk, Sealed sealed) throws IOException {
        Segment segment = new Segment(sealed.index(), disk.read(sealed.name()));
        segment.firstPosition = sealed.firstPosition();
        segment.lastPosition = sealed.lastPosition();
        segment.used = sealed.used();
        return segment;
    }
}
