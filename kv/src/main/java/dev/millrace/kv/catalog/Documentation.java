package dev.millrace.kv.catalog;

import dev.millrace.kv.command.Command;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What COMMAND DOCS says of a command beyond its declaration: its arguments in detail, and what
 * became of it from version to version. Nothing else wants to know that, so it stands in a table of
 * its own, {@code commands.txt}, which is read when somebody asks for the first time:
 *
 * <pre>
 *   # a comment
 *   bitcount key index(start:integer end:integer index_unit(BYTE | BIT)?@7.0.0)?
 *     7.0.0 Added the `BYTE|BIT` option.
 * </pre>
 *
 * <p>A command's line has its full name and its arguments, see {@link Syntax}; the lines below it,
 * set in, its history. A command that has neither has no line.
 */
record Documentation(List<Argument> arguments, List<Change> history) {
    /** What a version changed. */
    record Change(String version, String what) {}

    private static final String TABLE = "commands.txt";
    private static final Documentation NONE = new Documentation(List.of(), List.of());

    /** Loaded with the first question. */
    private static final class Table {
        /** By the command's full name, its lines: arguments, then history. */
        static final Map<String, List<String>> LINES = lines();

        private Table() {}

        private static Map<String, List<String>> lines() {
            Map<String, List<String>> lines = new HashMap<>();
            List<String> current = new ArrayList<>();
            for (String line : text().lines().filter(line -> !line.startsWith("#")).toList()) {
                if (!line.startsWith(" ")) {
                    int space = line.indexOf(' ');
                    current = new ArrayList<>();
                    current.add(space < 0 ? "" : line.substring(space + 1));
                    lines.put(space < 0 ? line : line.substring(0, space), current);
                } else {
                    current.add(line.strip());
                }
            }
            return lines;
        }

        private static String text() {
            try (InputStream in = Documentation.class.getResourceAsStream(TABLE)) {
                assert in != null : TABLE;
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException broken) {
                throw new UncheckedIOException(TABLE, broken);
            }
        }
    }

    static Documentation of(Command command) {
        List<String> lines = Table.LINES.get(command.fullName());
        if (lines == null) {
            return NONE;
        }
        return new Documentation(
                Syntax.arguments(lines.getFirst()),
                lines.stream().skip(1).map(Documentation::change).toList());
    }

    private static Change change(String line) {
        int space = line.indexOf(' ');
        return new Change(line.substring(0, space), line.substring(space + 1));
    }
}
