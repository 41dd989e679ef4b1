package dev.millrace.bench.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Resident memory of a process, from {@code /proc/PID/status} (proc_pid_status(5)).
 *
 * @param totalBytes VmRSS: what is resident, mapped files included
 * @param anonymousBytes RssAnon: what no file backs and only this process can give back
 */
public record ProcessMemory(long totalBytes, long anonymousBytes) {
    private static final long KIB = 1024;

    /** Reads a living process. */
    public static ProcessMemory of(long pid) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"));
        return new ProcessMemory(bytes(lines, "VmRSS:"), bytes(lines, "RssAnon:"));
    }

    /**
     * The anonymous memory of a process and of its children. A forked child shares its parent's
     * pages until one of them writes; only what is the child's alone is added.
     */
    public static long anonymousBytesWithChildren(long pid) throws IOException {
        long bytes = of(pid).anonymousBytes();
        List<ProcessHandle> children =
                ProcessHandle.of(pid).map(ProcessHandle::children).stream()
                        .flatMap(stream -> stream)
                        .toList();
        for (ProcessHandle child : children) {
            bytes += privateBytes(child.pid());
        }
        return bytes;
    }

    private static long privateBytes(long pid) {
        try {
            Path rollup = Path.of("/proc", Long.toString(pid), "smaps_rollup");
            List<String> lines = Files.readAllLines(rollup);
            return bytes(lines, "Private_Clean:") + bytes(lines, "Private_Dirty:");
        } catch (IOException | IllegalArgumentException ended) {
            return 0; // The child may end between being listed and being read.
        }
    }

    /** The value of one {@code Name: N kB} line. */
    static long bytes(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip().split(" ")[0])
                .mapToLong(kilobytes -> Long.parseLong(kilobytes) * KIB)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name + " missing"));
    }
}
