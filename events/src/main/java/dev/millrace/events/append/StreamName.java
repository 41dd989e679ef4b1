package dev.millrace.events.append;

import dev.millrace.events.stream.StreamTable;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

import java.nio.charset.StandardCharsets;

/**
 * The name of a stream as bytes in memory.
 *
 * @param address where its UTF-8 is
 */
public record StreamName(long address, int bytes) {
    /** What the name of a stream of metadata begins with. */
    static final String META_PREFIX = "$$";

    /** A name that is put into a buffer, and is there as long as the buffer is not changed. */
    public static StreamName in(NativeBuffer buffer, String name) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        buffer.clear();
        buffer.put(utf8);
        return new StreamName(buffer.address(), utf8.length);
    }

    /** True if the stream is the metadata of another. */
    public boolean isMeta() {
        return StreamTable.isMeta(address, bytes);
    }

    /** The stream whose metadata this one is. */
    public StreamName described() {
        return new StreamName(address + 2, bytes - 2);
    }

    @Override
    public String toString() {
        return new String(Memory.bytes(address, bytes), StandardCharsets.UTF_8);
    }
}
