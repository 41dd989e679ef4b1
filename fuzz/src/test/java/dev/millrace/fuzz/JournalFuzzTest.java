package dev.millrace.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.journal.FakeDisk;
import dev.millrace.kernel.journal.Mended;
import dev.millrace.kernel.journal.RecordReader;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.journal.StoredJournal;
import dev.millrace.kernel.memory.GuardedMemory;
import dev.millrace.kernel.memory.Memory;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Journal files of any bytes. The first byte of an input: bits 0 and 1, how many segments the rest
 * is cut into; bit 2, whether sums are put right; bit 3, whether the boot is this one; bit 4,
 * whether a byte is then damaged behind their backs; bit 5, whether sums are those of format 1.
 */
class JournalFuzzTest {
    private static final SegmentJournal.Options SMALL =
            new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 1);

    @FuzzTest(maxDuration = "30s")
    void what_is_recovered_once_is_recovered_again(byte[] input) throws IOException {
        if (input.length < 2) {
            return;
        }
        recoverTwice(input);
        repairAndRecover(input);
    }

    private static void recoverTwice(byte[] input) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            FakeDisk disk = disk(arena, input);
            List<List<Byte>> first;
            try (SegmentJournal journal = SegmentJournal.open(disk, SMALL, 0, 1, new Random(1))) {
                first = parts(journal);
            } catch (CorruptJournalException refused) {
                return;
            }
            try (SegmentJournal journal = SegmentJournal.open(disk, SMALL, 0, 1, new Random(1))) {
                assertEquals(first, parts(journal));
            }
        }
    }

    private static void repairAndRecover(byte[] input) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            FakeDisk disk = disk(arena, input);
            long end;
            try (StoredJournal stored = StoredJournal.openToRepair(disk)) {
                end = stored.end();
                stored.endAt(1, 0);
                stored.cut();
            } catch (CorruptJournalException newerOrOfTheOtherByteOrder) {
                return;
            }
            try (SegmentJournal journal = SegmentJournal.open(disk, SMALL, 0, 1, new Random(1))) {
                assertEquals(end, journal.end());
            }
        }
    }

    private static FakeDisk disk(Arena arena, byte[] input) {
        FakeDisk disk = new FakeDisk(bytes -> GuardedMemory.allocate(arena, bytes));
        int flags = input[0];
        int count = (flags & 3) + 1;
        int each = (input.length - 1) / count;
        long position = 1;
        for (int i = 0; i < count; i++) {
            int from = 1 + i * each;
            int to = i == count - 1 ? input.length : from + each;
            MemorySegment content = GuardedMemory.copy(arena, Arrays.copyOfRange(input, from, to));
            if ((flags & 4) != 0) {
                long boot = (flags & 8) != 0 ? Mended.bootHash(disk) : 1;
                int version = (flags & 32) != 0 ? 1 : 2;
                position = Mended.segment(content, i, position, boot, version);
            }
            byte[] bytes = content.toArray(ValueLayout.JAVA_BYTE);
            if ((flags & 16) != 0 && i == 0 && bytes.length > 70) {
                bytes[64 + (flags & 0xff) % (bytes.length - 64)] ^= 1;
            }
            disk.put(String.format(Locale.ROOT, "%010d.seg", i), bytes);
        }
        return disk;
    }

    /** Every part of every record, up to the first that is no part. */
    private static List<List<Byte>> parts(SegmentJournal journal) throws IOException {
        List<List<Byte>> parts = new ArrayList<>();
        RecordReader reader = new RecordReader();
        journal.read(
                0,
                (position, address, bytes) -> {
                    reader.reset(address, bytes);
                    try {
                        while (reader.next()) {
                            parts.add(list(Memory.bytes(reader.address(), reader.bytes())));
                        }
                    } catch (CorruptJournalException noPart) {
                        parts.add(List.of());
                    }
                });
        return parts;
    }

    private static List<Byte> list(byte[] bytes) {
        List<Byte> list = new ArrayList<>();
        for (byte b : bytes) {
            list.add(b);
        }
        return list;
    }
}
