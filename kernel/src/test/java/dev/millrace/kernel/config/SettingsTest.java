package dev.millrace.kernel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.config.Settings.Sources;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

class SettingsTest {
    private enum Sync {
        ALWAYS,
        EVERYSEC,
        OS
    }

    private static final Setting<Integer> PORT = Setting.port("kv.resp.port", 6379, "RESP");
    private static final Setting<Integer> FREE = Setting.port("kv.other.port", 0, "a free one");
    private static final Setting<Long> MEMORY = Setting.bytes("kv.maxmemory", 0, "limit");
    private static final Setting<Duration> IDLE =
            Setting.duration("kv.idle", Duration.ZERO, "idle connections");
    private static final Setting<Sync> SYNC = Setting.choice("kv.sync", Sync.EVERYSEC, "policy");
    private static final Setting<Boolean> STRICT = Setting.flag("shard.strict", false, "strict");
    private static final Setting<Long> LOOPS = Setting.count("kv.loops", 1, 1, 64, "loops");
    private static final Setting<String> SECRET = Setting.text("kv.requirepass", "", "password");

    private static final List<Setting<?>> ALL =
            List.of(PORT, FREE, MEMORY, IDLE, SYNC, STRICT, LOOPS, SECRET);

    @TempDir Path folder;

    @Test
    void what_is_not_given_has_its_default() throws BadSettings {
        Settings settings = Settings.read(ALL, Sources.none());
        assertEquals(6379, settings.get(PORT));
        assertEquals(Sync.EVERYSEC, settings.get(SYNC));
        assertFalse(settings.isGiven(PORT));
    }

    @Test
    void nested_maps_and_dotted_keys_are_the_same() throws Exception {
        Settings settings =
                fromFile(
                        """
                        # a comment
                        kv:
                          resp:
                            port: 7000
                          maxmemory: 64mb
                          idle: 5m
                        kv.sync: always
                        shard: { strict: yes }
                        """);
        assertEquals(7000, settings.get(PORT));
        assertEquals(64L << 20, settings.get(MEMORY));
        assertEquals(Duration.ofMinutes(5), settings.get(IDLE));
        assertEquals(Sync.ALWAYS, settings.get(SYNC));
        assertTrue(settings.get(STRICT));
        assertTrue(settings.isGiven(SYNC));
    }

    @Test
    void the_command_line_overrules_the_file() throws Exception {
        Path file = write("kv.resp.port: 7000\n");
        Settings settings =
                Settings.read(
                        ALL,
                        new Sources(
                                Optional.of(file),
                                List.of("kv.resp.port=7001", "kv.requirepass=a=b"),
                                0));
        assertEquals(7001, settings.get(PORT));
        assertEquals("a=b", settings.get(SECRET));
    }

    @Test
    void the_offset_moves_default_ports_and_no_others() throws BadSettings {
        Settings moved = Settings.read(ALL, new Sources(Optional.empty(), List.of(), 100));
        assertEquals(6479, moved.get(PORT));
        assertEquals(0, moved.get(FREE));
        Settings given =
                Settings.read(
                        ALL, new Sources(Optional.empty(), List.of("kv.resp.port=6380"), 100));
        assertEquals(6380, given.get(PORT));
    }

    @Test
    void an_offset_past_the_last_port_is_refused() {
        assertComplaint(
                new Sources(Optional.empty(), List.of(), 60_000),
                "--port-offset: kv.resp.port: 66379 (expected: a port, 1 to 65535)");
    }

    @Test
    void every_fault_gets_a_line_with_file_line_key_and_what_was_expected() throws Exception {
        Path file =
                write(
                        """
                        kv:
                          resp:
                            prot: 7000
                          sync: sometimes
                          loops: 0
                          idle: soon
                        shard.strict: perhaps
                        """);
        String message = complaints(new Sources(Optional.of(file), List.of("kv.resp.port=x"), 0));
        assertEquals(
                """
                FILE:3: kv.resp.prot: no such setting (expected: perhaps kv.resp.port)
                FILE:4: kv.sync: sometimes (expected: one of always, everysec, os)
                FILE:5: kv.loops: 0 (expected: a whole number, 1 to 64)
                FILE:6: kv.idle: soon (expected: a duration, such as 500ms, 10s, 5m, 0s to 3153600000s)
                FILE:7: shard.strict: perhaps (expected: true or false)
                --set: kv.resp.port: x (expected: a port, 0 to 65535, 0 picks a free one)\
                """
                        .replace("FILE", file.toString()),
                message);
    }

    @Test
    void a_key_given_twice_in_a_file_names_both_lines() throws Exception {
        Path file = write("kv.loops: 2\nkv:\n  loops: 3\n");
        assertComplaint(
                new Sources(Optional.of(file), List.of(), 0),
                file + ":3: kv.loops: given twice (expected: it once, as at " + file + ":1)");
    }

    @Test
    void what_is_no_yaml_names_its_line() throws Exception {
        Path file = write("kv: 1\n  resp: [1\n");
        assertTrue(
                complaints(new Sources(Optional.of(file), List.of(), 0)).startsWith(file + ":2: "));
    }

    @Test
    void a_missing_file_is_a_complaint() {
        Path file = folder.resolve("none.yaml");
        assertComplaint(
                new Sources(Optional.of(file), List.of(), 0),
                file + ": cannot be read (expected: a readable YAML file)");
    }

    @Test
    void an_empty_file_is_every_default() throws Exception {
        assertEquals(6379, fromFile("# nothing\n").get(PORT));
    }

    @Test
    void an_assignment_without_a_value_is_a_complaint() {
        assertComplaint(Sources.of("kv.loops"), "--set: kv.loops (expected: KEY=VALUE)");
    }

    @Test
    void an_undeclared_setting_cannot_be_asked_for() throws BadSettings {
        Settings settings = Settings.read(ALL, Sources.none());
        Setting<Long> other = Setting.count("other.count", 1, "undeclared");
        assertThrows(IllegalArgumentException.class, () -> settings.get(other));
    }

    @Test
    void every_value_can_be_written_and_read_again() {
        assertRoundTrip(IDLE, Duration.ofMillis(1_500));
        assertRoundTrip(IDLE, Duration.ofHours(5));
        assertRoundTrip(MEMORY, 123_456L);
        assertRoundTrip(SYNC, Sync.OS);
        assertRoundTrip(STRICT, true);
    }

    @Test
    void amounts_past_a_long_are_refused_not_wrapped() {
        assertEquals(Optional.empty(), MEMORY.read("9999999999999999999gb"));
        assertEquals(Optional.empty(), MEMORY.read("-1"));
        assertEquals(Optional.of(1_000L), MEMORY.read("1k"));
        assertEquals(Optional.of(1_024L), MEMORY.read("1KB"));
    }

    private static <T> void assertRoundTrip(Setting<T> setting, T value) {
        assertEquals(Optional.of(value), setting.read(setting.write(value)));
    }

    private static void assertComplaint(Sources sources, String expected) {
        assertEquals(expected, complaints(sources));
    }

    private static String complaints(Sources sources) {
        BadSettings bad = assertThrows(BadSettings.class, () -> Settings.read(ALL, sources));
        return String.valueOf(bad.getMessage());
    }

    private Settings fromFile(String text) throws Exception {
        return Settings.read(ALL, new Sources(Optional.of(write(text)), List.of(), 0));
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("millrace.yaml"), text);
    }
}
