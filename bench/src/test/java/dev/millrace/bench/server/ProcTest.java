package dev.millrace.bench.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;

class ProcTest {
    private static final String STAT =
            "4711 (a (b) c) S 1 4711 4711 0 -1 4194560 100 200 0 0 150 50 7 3 20 0 4 0 12345 1 2";

    @Test
    void cpu_time_is_read_behind_a_name_with_spaces_and_parentheses() {
        assertEquals(new ProcessCpu(2_000_000, 100_000), ProcessCpu.parse(STAT));
    }

    @Test
    void cpu_time_between_two_readings_is_their_difference() {
        ProcessCpu later = new ProcessCpu(2_500_000, 100_000);
        assertEquals(new ProcessCpu(500_000, 0), later.since(ProcessCpu.parse(STAT)));
    }

    @Test
    void what_is_no_stat_line_is_refused() {
        assertThrows(IllegalArgumentException.class, () -> ProcessCpu.parse("4711 S 1"));
    }

    @Test
    void memory_is_read_in_bytes() {
        List<String> lines = List.of("Name:\tx", "VmRSS:\t    2048 kB", "RssAnon:\t 3 kB");
        assertEquals(2048 * 1024, ProcessMemory.bytes(lines, "VmRSS:"));
        assertEquals(3 * 1024, ProcessMemory.bytes(lines, "RssAnon:"));
        assertThrows(IllegalArgumentException.class, () -> ProcessMemory.bytes(lines, "RssFile:"));
    }

    @Test
    void this_very_process_has_used_cpu_and_memory() throws Exception {
        long self = ProcessHandle.current().pid();
        assertTrue(ProcessCpu.of(self).ownMicros() > 0);
        ProcessMemory memory = ProcessMemory.of(self);
        assertTrue(memory.anonymousBytes() > 0);
        assertTrue(memory.totalBytes() >= memory.anonymousBytes());
    }
}
