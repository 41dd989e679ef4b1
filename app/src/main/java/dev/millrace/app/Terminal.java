package dev.millrace.app;

import org.jspecify.annotations.Nullable;

import java.io.Console;
import java.util.Locale;
import java.util.Optional;

/**
 * The person in front of the process, if there is one. Progress is one line on standard error that
 * is written over and over; where nobody looks on, as in a pipe, there is none.
 */
final class Terminal {
    private static final long SHOW_NANOS = 100_000_000;

    private final @Nullable Console console;
    private long shownNanos;
    private boolean shown;

    private Terminal(@Nullable Console console) {
        this.console = console;
    }

    /** The process's own. */
    static Terminal ofProcess() {
        return new Terminal(
                Optional.ofNullable(System.console()).filter(Console::isTerminal).orElse(null));
    }

    /** Nobody looks on. */
    static Terminal none() {
        return new Terminal(null);
    }

    boolean isThere() {
        return console != null;
    }

    /** Asks; true if the answer is yes. */
    boolean confirms(String question) {
        Console person = console;
        if (person == null) {
            return false;
        }
        String answer = person.readLine("%s [y/N] ", question);
        return answer != null && answer.toLowerCase(Locale.ROOT).startsWith("y");
    }

    /** Replaces the line of progress; so many times a second and no more. */
    void progress(String line) {
        long now = System.nanoTime();
        if (console == null || shown && now - shownNanos < SHOW_NANOS) {
            return;
        }
        shown = true;
        shownNanos = now;
        System.err.print("\r\u001b[K" + line);
        System.err.flush();
    }

    /** Work that is done so far, of all. */
    void progress(String what, long doneBytes, long allBytes) {
        long percent = allBytes == 0 ? 100 : doneBytes * 100 / allBytes;
        progress(what + ": " + percent + " % of " + (allBytes >> 10) + " KiB");
    }

    /** Takes the line of progress away. */
    void clear() {
        if (shown) {
            System.err.print("\r\u001b[K");
            System.err.flush();
            shown = false;
        }
    }
}
