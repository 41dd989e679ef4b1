package dev.millrace.bench.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * CPU time of a process since its start, all its threads together, from {@code /proc/PID/stat}
 * (proc_pid_stat(5), fields 14 to 17).
 *
 * @param ownMicros utime + stime
 * @param childrenMicros cutime + cstime: children that ended and were waited for; what Redis's
 *     forks cost
 */
public record ProcessCpu(long ownMicros, long childrenMicros) {
    // USER_HZ: part of Linux's interface to programs, whatever the kernel's own tick.
    private static final long TICKS_PER_SECOND = 100;
    private static final long MICROS_PER_TICK = 1_000_000 / TICKS_PER_SECOND;

    /** Reads a living process. */
    public static ProcessCpu of(long pid) throws IOException {
        return parse(Files.readString(Path.of("/proc", Long.toString(pid), "stat")));
    }

    /** Reads this process, whose children are the clients it ran. */
    public static ProcessCpu own() throws IOException {
        return of(ProcessHandle.current().pid());
    }

    static ProcessCpu parse(String stat) {
        // The second field is the name in parentheses and may itself hold spaces and parentheses.
        int name = stat.lastIndexOf(')');
        if (name < 0) {
            throw new IllegalArgumentException(stat + ": no ')' (expected: /proc/PID/stat)");
        }
        String[] fields = stat.substring(name + 2).split(" ");
        int utime = 14 - 3;
        return new ProcessCpu(
                micros(fields[utime], fields[utime + 1]),
                micros(fields[utime + 2], fields[utime + 3]));
    }

    /** What was spent since an earlier reading. */
    public ProcessCpu since(ProcessCpu earlier) {
        return new ProcessCpu(
                ownMicros - earlier.ownMicros, childrenMicros - earlier.childrenMicros);
    }

    private static long micros(String user, String system) {
        return (Long.parseLong(user) + Long.parseLong(system)) * MICROS_PER_TICK;
    }
}
