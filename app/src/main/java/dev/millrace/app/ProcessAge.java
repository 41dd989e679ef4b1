package dev.millrace.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How long ago this process was started, as its user sees it: the script and the JVM's own start
 * count. Java's {@link ProcessHandle} is up to a second wrong on Linux, because it adds ticks to a
 * boot time of whole seconds; the kernel's own two numbers, both counted from boot, are not.
 */
final class ProcessAge {
    /** What Linux shows to user space on every architecture, whatever its timer's real rate. */
    private static final int TICKS_PER_SECOND = 100;

    /** {@code starttime} is field 22, counted from 1; the first two are before the last ')'. */
    private static final int START_TIME_AFTER_NAME = 19;

    private ProcessAge() {}

    static Duration now() {
        try {
            Optional<Duration> age =
                    of(
                            Files.readString(Path.of("/proc/self/stat")),
                            Files.readString(Path.of("/proc/uptime")));
            return age.orElseGet(ProcessAge::asJavaSees);
        } catch (IOException noLinux) {
            return asJavaSees();
        }
    }

    /** From the texts of {@code /proc/self/stat} and {@code /proc/uptime}; see proc(5). */
    static Optional<Duration> of(String stat, String uptime) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ");
        String seconds = uptime.trim().split(" ")[0];
        if (fields.length <= START_TIME_AFTER_NAME || !seconds.matches("[0-9]+\\.[0-9]{2}")) {
            return Optional.empty();
        }
        long startTicks = Long.parseLong(fields[START_TIME_AFTER_NAME]);
        long startMillis = startTicks * (1_000 / TICKS_PER_SECOND);
        long upMillis = Long.parseLong(seconds.replace(".", "")) * 10;
        return Optional.of(Duration.ofMillis(upMillis - startMillis));
    }

    private static Duration asJavaSees() {
        Instant now = Instant.now();
        return Duration.between(ProcessHandle.current().info().startInstant().orElse(now), now);
    }
}
