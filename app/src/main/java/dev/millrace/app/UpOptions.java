package dev.millrace.app;

import dev.millrace.kernel.log.LineForm;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What {@code up} was told on the command line. */
record UpOptions(
        Path data,
        Optional<Path> config,
        List<String> assignments,
        List<String> only,
        int portOffset,
        boolean insecure,
        LineForm log) {

    static final List<Option> ALL =
            List.of(
                    new Option("--data", "DIR", "data directory (default: data)"),
                    new Option("--config", "FILE", "YAML file of settings"),
                    new Option("--set", "KEY=VALUE", "one setting; overrules the file"),
                    new Option("--only", "ROOM,...", "start these rooms and no others"),
                    new Option("--port-offset", "N", "added to every default port"),
                    new Option("--log", "FORM", "text or json, on standard error"),
                    Option.flag("--insecure", "bind beyond loopback without authentication"));

    static UpOptions of(Arguments arguments) throws Failed {
        return new UpOptions(
                Path.of(arguments.last("--data").orElse("data")),
                arguments.last("--config").map(Path::of),
                arguments.all("--set"),
                arguments.all("--only").stream()
                        .flatMap(names -> Arrays.stream(names.split(",")))
                        .toList(),
                arguments.number("--port-offset", 0),
                arguments.has("--insecure"),
                form(arguments.last("--log").orElse("text")));
    }

    /** All defaults, but for the directory and some settings. */
    static UpOptions of(Path data, List<String> assignments) {
        return new UpOptions(
                data, Optional.empty(), assignments, List.of(), 0, false, LineForm.TEXT);
    }

    private static LineForm form(String name) throws Failed {
        return switch (name) {
            case "text" -> LineForm.TEXT;
            case "json" -> LineForm.JSON;
            default -> throw new Failed(Exit.USAGE, "--log: " + name + " (expected: text or json)");
        };
    }
}
