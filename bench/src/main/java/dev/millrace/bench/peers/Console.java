package dev.millrace.bench.peers;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the user sees meanwhile: command lines once, and what happens now on a terminal only. */
final class Console {
    private static final String CLEAR_LINE = "\r\033[K";

    private final boolean terminal =
            Optional.ofNullable(System.console()).map(java.io.Console::isTerminal).orElse(false);
    private final Set<String> commands = new LinkedHashSet<>();

    void progress(String now) {
        if (terminal) {
            System.err.print(CLEAR_LINE + now);
        }
    }

    void command(String command) {
        if (commands.add(command)) {
            line(command);
        }
    }

    void line(String line) {
        progress("");
        System.out.println(line);
    }

    /** Every command line that was used, in the order of its first use. */
    List<String> commands() {
        return List.copyOf(commands);
    }
}
