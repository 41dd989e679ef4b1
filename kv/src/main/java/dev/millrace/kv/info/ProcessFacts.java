package dev.millrace.kv.info;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;

/** What the system knows of this process; zeros where it has no /proc. */
public final class ProcessFacts {
    private static final int TICKS_PER_SECOND = 100;
    private static final int PAGE_BYTES = 4096;
    private static final int KIBIBYTE = 1024;

    /** Fields of /proc/self/stat, counted from after the command's closing parenthesis. */
    private static final int USER_TICKS = 11;

    private static final int SYSTEM_TICKS = 12;

    private ProcessFacts() {}

    /** Seconds of processor time. */
    record Cpu(double user, double system) {}

    static Cpu cpu() {
        String stat = read("/proc/self/stat");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ");
        if (fields.length <= SYSTEM_TICKS) {
            return new Cpu(0, 0);
        }
        return new Cpu(
                Double.parseDouble(fields[USER_TICKS]) / TICKS_PER_SECOND,
                Double.parseDouble(fields[SYSTEM_TICKS]) / TICKS_PER_SECOND);
    }

    public static long residentBytes() {
        String[] fields = read("/proc/self/statm").trim().split(" ");
        return fields.length > 1 ? Long.parseLong(fields[1]) * PAGE_BYTES : 0;
    }

    public static long systemBytes() {
        for (String line : read("/proc/meminfo").lines().toList()) {
            if (line.startsWith("MemTotal:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * KIBIBYTE;
            }
        }
        return 0;
    }

    /** Heap in use, beside what stripes hold outside it. */
    public static long heapBytes() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException absent) {
            return "";
        }
    }

    /** Forty digits that no other run has. */
    static String randomId() {
        byte[] bytes = new byte[20];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** As uname tells it. */
    static String system() {
        String architecture = System.getProperty("os.arch", "");
        return String.join(
                " ",
                List.of(
                        System.getProperty("os.name", ""),
                        System.getProperty("os.version", ""),
                        architecture.equals("amd64") ? "x86_64" : architecture));
    }
}
