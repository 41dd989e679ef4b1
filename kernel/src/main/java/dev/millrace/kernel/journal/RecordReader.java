package dev.millrace.kernel.journal;

import dev.millrace.kernel.memory.Memory;

/** Walks the parts of one record's body; reused from record to record. */
public final class RecordReader {
    private long at;
    private long end;
    private int machine;
    private long partAddress;
    private int partBytes;

    public void reset(long address, long bytes) {
        at = address;
        end = address + bytes;
    }

    /**
     * Moves to the next part; false at the end.
     *
     * @throws CorruptJournalException if a part is longer than what is left of the record
     */
    public boolean next() {
        if (at == end) {
            return false;
        }
        if (end - at < RecordWriter.PART_HEADER_BYTES) {
            throw new CorruptJournalException("part header: " + (end - at) + " bytes left");
        }
        machine = Memory.getUnsignedByte(at);
        partBytes = Memory.getInt(at + 1);
        partAddress = at + RecordWriter.PART_HEADER_BYTES;
        if (partBytes < 0 || partBytes > end - partAddress) {
            throw new CorruptJournalException(
                    "part bytes: " + partBytes + " (expected: <= " + (end - partAddress) + ")");
        }
        at = partAddress + partBytes;
        return true;
    }

    public int machine() {
        return machine;
    }

    public long address() {
        return partAddress;
    }

    public int bytes() {
        return partBytes;
    }
}
