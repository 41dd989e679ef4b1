package dev.millrace.kernel.journal;

import dev.millrace.kernel.memory.Memory;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * One file of the journal. It is prepared as zeros behind its salt, becomes the active one when its
 * header gets a first position, is sealed when it is full, and is unmapped once it is synced.
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
 * 52  u32  CRC32C of the salt              (format 1: 0)
 * 56  u64  salt, drawn for this segment    (format 1: 0)
 * 64       frames
 * </pre>
 *
 * <p>Without its salt no frame of a segment can be checked. So the salt is on the medium before
 * anything else is written, and the header beside it may be torn: a power cut cannot take the salt.
 * Where frames stand behind no readable salt, the medium was damaged.
 */
final class Segment {
    static final int HEADER_BYTES = 64;
    static final int VERSION = 2;
    private static final long MAGIC = 0x4C4E_524A_4C4C_494DL; // "MILLJRNL", least significant first
    private static final int CHECKED_BYTES = 48;
    private static final int SALT_CRC = 52;
    private static final int SALT = 56;
    private static final long POSITION_MAX = 1L << 62;
    private static final String SUFFIX = ".seg";

    final long index;
    final Disk.File file;
    private final long address;
    final long bytes;
    private boolean closed;
    private volatile boolean populated;

    /** See {@link Frame}; 0 in format 1. */
    private long salt;

    /** Offset behind the last frame. */
    long used = HEADER_BYTES;

    /** All before this offset is on the medium. Whoever syncs has it, see {@link #force}. */
    private long synced;

    long firstPosition;

    /** Of the last frame in it; {@code firstPosition - 1} while there is none. */
    long lastPosition;

    /** An existing file; {@link #readHeader} tells its salt. */
    Segment(long index, Disk.File file) throws IOException {
        this(index, file, 0);
    }

    /** A file that was made with the {@link #front} of this salt. */
    Segment(long index, Disk.File file, long salt) throws IOException {
        this.index = index;
        this.file = file;
        this.salt = salt;
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

    /** Makes it quick to store to; once. */
    void populate() {
        if (!populated) {
            populated = true;
            file.populate();
        }
    }

    void activate(long firstPosition, long bootHash, long nowMillis) {
        this.firstPosition = firstPosition;
        this.lastPosition = firstPosition - 1;
        writeHeader(address, index, firstPosition, bootHash, nowMillis);
    }

    /** What a new file begins with. */
    static ByteBuffer front(long salt) {
        ByteBuffer front = ByteBuffer.allocateDirect(HEADER_BYTES);
        writeSalt(MemorySegment.ofBuffer(front).address(), salt);
        return front;
    }

    static void writeSalt(long at, long salt) {
        Memory.putLong(at + SALT, salt);
        Memory.putInt(at + SALT_CRC, Frame.crc(at + SALT, Long.BYTES));
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
        /** Its frames can be checked all the same. */
        BROKEN,
        /** There is no salt: if it is not of format 1, none of its frames can be checked. */
        UNSALTED
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
        boolean salted = Memory.getInt(address + SALT_CRC) == Frame.crc(address + SALT, Long.BYTES);
        salt = salted ? Memory.getLong(address + SALT) : 0;
        boolean good =
                Memory.getLong(address) == MAGIC
                        && Memory.getInt(address + CHECKED_BYTES)
                                == Frame.crc(address, CHECKED_BYTES);
        if (!good) {
            return withoutHeader(salted);
        }
        int version = Memory.getInt(address + 8);
        if (version > VERSION) {
            throw new NewerFormatException(where(disk, 8), version, VERSION);
        }
        if (version > 1 && !salted) {
            return Header.UNSALTED;
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

    private Header withoutHeader(boolean salted) {
        boolean unused =
                zerosFrom(0) >= (salted ? SALT_CRC : bytes) && zerosFrom(HEADER_BYTES) == bytes;
        if (unused) {
            return Header.UNUSED;
        }
        return salted ? Header.BROKEN : Header.UNSALTED;
    }

    /** See {@link Frame}. */
    long salt() {
        return salt;
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
    void append(long body, int bodyBytes, int bodyCrc, long position, Frame.Piece piece) {
        long frameBytes = Frame.bytes(bodyBytes);
        assert frameBytes <= left() : frameBytes + " > " + left();
        Frame.write(address + used, body, bodyBytes, bodyCrc, position, salt, piece);
        used += frameBytes;
        lastPosition = position;
    }

    /**
     * Writes a filler, so that the next frame stands at an offset.
     *
     * @param offset a multiple of eight, at least {@link Frame#HEADER_BYTES} ahead
     */
    void fillTo(long offset, long position) {
        assert offset <= bytes : offset + " > " + bytes;
        Frame.writeFiller(address + used, offset - used, position, salt);
        used = offset;
        lastPosition = position;
    }

    /**
     * Syncs what was appended before an offset; one sync at a time. The file's size is looked at as
     * well: stores to a mapping behind a file's end go nowhere, some of them without a fault.
     */
    void force(long to) throws IOException {
        long now = file.bytes();
        if (now < bytes) {
            throw new IOException(
                    name() + ": " + now + " bytes (expected: " + bytes + "): somebody has cut it");
        }
        file.force(synced, to);
        synced = to;
    }

    void close() throws IOException {
        if (!closed) {
            closed = true;
            file.close();
        }
    }

    /** What stays known of a segment after it is unmapped. */
    record Sealed(long index, long firstPosition, long lastPosition, long used, long salt) {
        String name() {
            return Segment.name(index);
        }
    }

    Sealed sealed() {
        return new Sealed(index, firstPosition, lastPosition, used, salt);
    }

    @Override
    public String toString() {
        return name() + " [" + firstPosition + ".." + lastPosition + "]";
    }

    /** Opens the file of a segment for reading. */
    static Segment read(Disk disk, Sealed sealed) throws IOException {
        Segment segment = new Segment(sealed.index(), disk.read(sealed.name()), sealed.salt());
        segment.firstPosition = sealed.firstPosition();
        segment.lastPosition = sealed.lastPosition();
        segment.used = sealed.used();
        return segment;
    }
}
