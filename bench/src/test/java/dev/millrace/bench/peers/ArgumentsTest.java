package dev.millrace.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.bench.kv.Comparison;
import dev.millrace.bench.kv.KvRows;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.List;

class ArgumentsTest {
    @Test
    void without_options_every_row_is_measured_at_length() throws Exception {
        Arguments arguments = Arguments.parse("kv");
        assertEquals(KvRows.all().size(), names(arguments).size());
        assertTrue(arguments.isAtLength());
    }

    @Test
    void only_takes_whole_names_and_their_beginnings_up_to_a_dash() throws Exception {
        assertEquals(
                List.of("set-always-p1", "set-always-p16", "start"),
                names(Arguments.parse("kv", "--only", "set-always,start")));
        assertEquals(List.of("get-p1"), names(Arguments.parse("kv", "--only", "get-p1")));
        assertTrue(Arguments.parse("kv", "--only", "start").isAtLength());
    }

    @Test
    void beside_itself_redis_has_no_loops_to_compare() throws Exception {
        List<String> names = names(Arguments.parse("kv", "--peer", "redis"));
        assertTrue(names.contains("get-p1"), names.toString());
        assertTrue(names.stream().noneMatch(name -> name.startsWith("loops")), names.toString());
        assertFalse(Arguments.parse("kv", "--peer", "redis").isAtLength());
    }

    @Test
    void what_cannot_be_run_is_named_with_what_could() throws Exception {
        assertEquals(
                "--frobnicate (expected: an option that --help lists)",
                complaint("kv", "--frobnicate"));
        assertEquals("--json (expected: --json FILE)", complaint("kv", "--json"));
        assertEquals(
                "room: content (expected: kv, queue, events, registry or transaction)",
                complaint("content"));
        assertEquals("--peer: valkey (expected: redis)", complaint("kv", "--peer", "valkey"));
        assertEquals("--rounds: 0 (expected: 1 to 9999)", complaint("kv", "--rounds", "0"));
        assertEquals(
                "--only: sett (expected: a row that --list lists)",
                complaint("kv", "--only", "start,sett"));
    }

    @Test
    void rounds_replace_those_of_every_row() throws Exception {
        assertEquals(9, Arguments.parse("kv", "--quick", "--rounds", "9").effort().rounds());
        assertEquals(9, Arguments.parse("kv", "--rounds", "9").effort().openRounds());
        assertEquals(3, Arguments.parse("kv", "--quick").effort().rounds());
    }

    @Test
    void a_kernel_version_is_told_without_what_its_builder_added() throws Exception {
        assertEquals("6.12", Machine.kernel("6.12.48-site+deb13-amd64"));
    }

    private static String complaint(String... words) {
        return String.valueOf(
                assertThrows(BadUsage.class, () -> Arguments.parse(words)).getMessage());
    }

    private static List<String> names(Arguments arguments) {
        return arguments.rows(arguments.subject(Path.of("."))).stream()
                .map(Comparison::name)
                .toList();
    }
}
