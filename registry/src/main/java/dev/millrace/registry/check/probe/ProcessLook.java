package dev.millrace.registry.check.probe;

import dev.millrace.registry.check.Answer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Looks whether a process lives. One that has ended, but whose parent did not notice yet, does not;
 * nor does another that was given the same number later: when it started is remembered from the
 * first look.
 *
 * <p>On Linux, proc(5): {@code /proc/PID/stat}, which no disk has to be asked for.
 */
final class ProcessLook implements Supplier<Answer> {
    private static final Path PROC = Path.of("/proc");
    private static final boolean HAS_PROC = Files.isReadable(PROC.resolve("self/stat"));

    /** Fields of stat behind the name, which ends with the last parenthesis. */
    private static final int STATE = 0;

    private static final int STARTED = 19;
    private static final String UNKNOWN = "";

    private final long pid;
    private String started = UNKNOWN;

    ProcessLook(long pid) {
        this.pid = pid;
    }

    @Override
    public Answer get() {
        return HAS_PROC ? proc() : handle();
    }

    private Answer proc() {
        String[] fields;
        try {
            // The name is any bytes.
            String stat =
                    Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
            fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
        } catch (IOException gone) {
            return none();
        }
        if (fields.length <= STARTED || fields[STATE].equals("X")) {
            return none();
        }
        if (fields[STATE].equals("Z")) {
            return Answer.critical("Process " + pid + " has ended");
        }
        return known(fields[STARTED]);
    }

    private Answer handle() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .map(process -> known(process.info().startInstant().toString()))
                .orElseGet(this::none);
    }

    private Answer known(String start) {
        if (started.equals(UNKNOWN)) {
            started = start;
        }
        return started.equals(start)
                ? Answer.passing("Process " + pid + " is running")
                : Answer.critical("Process " + pid + " has ended; another has its number");
    }

    private Answer none() {
        return Answer.critical("No process " + pid);
    }
}
