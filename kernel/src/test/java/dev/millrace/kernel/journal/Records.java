package dev.millrace.kernel.journal;

import dev.millrace.kernel.memory.Memory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes and reads records with one part of plain bytes, for tests. */
public final class Records {
    private static final int MACHINE = 7;
    private final SegmentJournal journal;
    private final Journal.Grant grant = new Journal.Grant();
    private final RecordWriter record = new RecordWriter();
    private long nowMillis = 1_000_000;

    public Records(SegmentJournal journal) {
        this.journal = journal;
    }

    public Journal.Admission admit(int bytes) {
        return journal.admit(grant, bytes + RecordWriter.PART_HEADER_BYTES);
    }

    public boolean extend(int bytes) {
        return journal.extend(grant, bytes + RecordWriter.PART_HEADER_BYTES);
    }

    /** Appends, and makes space first if there is none. */
    public long append(byte[] content) {
        while (admit(content.length) == Journal.Admission.WAIT) {
            journal.prepareSpace();
        }
        if (admit(content.length) != Journal.Admission.ADMITTED) {
            throw new IllegalStateException(journal.trouble());
        }
        return appendAdmitted(content);
    }

    public long appendAdmitted(byte[] content) {
        record.part(MACHINE).put(content);
        nowMillis += 7;
        long position = journal.append(record, grant, nowMillis);
        record.clear();
        return position;
    }

    public long append(String content) {
        return append(content.getBytes(StandardCharsets.UTF_8));
    }

    /** All records behind a position. */
    public static List<byte[]> read(SegmentJournal journal, long after) throws IOException {
        List<byte[]> found = new ArrayList<>();
        RecordReader reader = new RecordReader();
        journal.read(
                after,
                (position, address, bytes) -> {
                    reader.reset(address, bytes);
                    while (reader.next()) {
                        found.add(Memory.bytes(reader.address(), reader.bytes()));
                    }
                });
        return found;
    }

    public static List<String> texts(SegmentJournal journal) throws IOException {
        return read(journal, 0).stream()
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .toList();
    }
}
