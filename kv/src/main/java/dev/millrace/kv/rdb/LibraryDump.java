package dev.millrace.kv.rdb;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.store.ServerState.Library;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * FUNCTION DUMP's bytes: libraries of functions as they stand in a dump file.
 *
 * <pre>
 * { f5 | length | source } ... | u16 version of the format | u64 CRC-64 of all before
 * </pre>
 */
public final class LibraryDump {
    private static final int FOOTER_BYTES = 10;

    private LibraryDump() {}

    /** Appends the dump of these libraries. */
    public static void write(NativeBuffer out, Collection<Library> libraries) {
        DumpWriter writer = new DumpWriter(out);
        libraries.forEach(writer::library);
        out.putByte(Dumps.VERSION & 0xff);
        out.putByte(Dumps.VERSION >>> 8);
        out.putLong(Crc64.update(0, out.address(), out.length()));
    }

    /** Appends a whole dump file that holds these libraries and no keys. */
    public static void writeFile(NativeBuffer out, Collection<Library> libraries) {
        long begin = out.length();
        out.putUtf8("%s%04d".formatted(Opcode.MAGIC, Dumps.VERSION));
        DumpWriter writer = new DumpWriter(out);
        libraries.forEach(writer::library);
        writer.u8(Opcode.END);
        out.putLong(Crc64.update(0, out.address() + begin, out.length() - begin));
    }

    /** Whether the sum is right, and the version one that is known. */
    public static boolean isWhole(long address, int length) {
        if (length < FOOTER_BYTES) {
            return false;
        }
        long footer = address + length - FOOTER_BYTES;
        return Memory.getUnsignedShort(footer) <= Dumps.VERSION
                && Crc64.update(0, address, length - (long) Long.BYTES)
                        == Memory.getLong(footer + 2);
    }

    /** The sources in a dump that {@link #isWhole}; nothing if it has anything else. */
    public static Optional<List<byte[]>> read(long address, int length) {
        DumpReader in = new DumpReader();
        NativeBuffer digits = new NativeBuffer(Element.DIGITS_BYTES);
        Element source = new Element(digits.address());
        List<byte[]> sources = new ArrayList<>();
        try {
            in.read(address, length - (long) FOOTER_BYTES);
            while (in.left() > 0) {
                if (in.u8() != Opcode.FUNCTION) {
                    return Optional.empty();
                }
                in.string(source);
                sources.add(Memory.bytes(source.address(), source.length()));
            }
            return Optional.of(sources);
        } catch (BadDump bad) {
            return Optional.empty();
        } finally {
            in.free();
            digits.free();
        }
    }
}
